import { useState } from "react";
import { Badge, Button, Group, Stack, Text, UnstyledButton } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import type { FileProblem } from "./intake-api.ts";
import classes from "./intake.module.css";

const SHOWN_AT_FIRST = 6;
const SHOWN_MORE = 50;

interface ProblemListProps {
  problems: readonly FileProblem[];
  /** How many there are in truth. */
  count: number;
  onGo: (problem: FileProblem) => void;
}

/** Problems of a file, errors first; each leads to its place in the text. */
export function ProblemList({ problems, count, onGo }: ProblemListProps) {
  const text = useText();
  const [limit, setLimit] = useState(SHOWN_AT_FIRST);
  if (problems.length === 0) return null;
  const errorsFirst = [...problems].sort((one, other) => rank(one) - rank(other));
  const hidden = problems.length - limit;
  return (
    <Stack gap={4}>
      <ul className={classes.problems} aria-label={text.intake.problems}>
        {errorsFirst.slice(0, limit).map((problem, index) => (
          <li key={`${problem.line} ${problem.column_start} ${problem.reason} ${index}`}>
            <Problem problem={problem} onGo={onGo} />
          </li>
        ))}
      </ul>
      {hidden > 0 && (
        <Group gap="xs">
          <Button variant="subtle" size="compact-sm" onClick={() => setLimit(limit + SHOWN_MORE)}>
            {text.intake.showMore}
          </Button>
          <Text size="xs" c="dimmed">
            {text.intake.moreProblems(count - limit)}
          </Text>
        </Group>
      )}
    </Stack>
  );
}

const rank = ({ severity }: FileProblem) => (severity === "error" ? 0 : 1);

function Problem({ problem, onGo }: { problem: FileProblem; onGo: (problem: FileProblem) => void }) {
  const { intake: words } = useText();
  const { line, column_start: start, column_end: end, reason, severity, hint } = problem;
  const place =
    line === 0
      ? words.wholeFile
      : [words.line(line), start > 0 && words.columns(start, end)].filter(Boolean).join(", ");
  const title = words.reasons[reason];
  const own = words.hints[reason];
  return (
    <div className={classes.problem}>
      <Badge size="sm" variant="light" color={severity === "error" ? "red" : "amber"} tt="none">
        {severity === "error" ? words.error : words.warning}
      </Badge>
      <div>
        {line > 0 ? (
          <UnstyledButton className={classes.place} onClick={() => onGo(problem)} title={words.goTo(line)}>
            {place}
          </UnstyledButton>
        ) : (
          <Text span size="sm" fw={600}>
            {place}
          </Text>
        )}
        <Text span size="sm">
          {": "}
          {title && `${title}. `}
          {/* The reader's own hint is English; that of a plain list is of this page and in its language. */}
          {own ? own(problem) : <span lang={reason === "LIST_LINE" ? undefined : "en"}>{hint}</span>}
        </Text>
      </div>
    </div>
  );
}

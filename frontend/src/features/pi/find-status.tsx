import { Button, Group, Progress, Text } from "@mantine/core";
import type { Dictionary } from "@/i18n/en.ts";
import { failureText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { FIND_LIMIT } from "./find-digits.ts";
import { formatCount } from "./position.ts";
import type { Find, useFind } from "./use-find.ts";
import classes from "./digits.module.css";

/** How far the search is, what it found, and the way from one find to the next. */
export function FindStatus({ search, last }: { search: ReturnType<typeof useFind>; last: number }) {
  const text = useText();
  const { find } = search;
  if (!find) return null;
  const words = text.pi.digits;
  return (
    <div className={classes.finds}>
      {find.positions.length > 0 && (
        <Group gap={6} wrap="nowrap">
          <Button variant="default" size="compact-sm" onClick={() => search.step(-1)}>
            {words.findPrevious}
          </Button>
          <Button variant="default" size="compact-sm" onClick={() => search.step(1)}>
            {words.findNext}
          </Button>
        </Group>
      )}
      <Text size="sm" role="status" c={find.state === "failed" ? "red" : undefined}>
        {outcomeText(text, find)}
      </Text>
      {find.state === "searching" && (
        <>
          <Progress
            className={classes.bar}
            value={(100 * find.searched) / (last + 1)}
            aria-label={words.findProgress}
          />
          <Text size="sm" c="dimmed">
            {words.searched(formatCount(find.searched, text.locale), formatCount(last + 1, text.locale))}
          </Text>
          <Button variant="default" size="compact-sm" onClick={search.stop}>
            {words.findStop}
          </Button>
        </>
      )}
    </div>
  );
}

function outcomeText(text: Dictionary, find: Find): string {
  const words = text.pi.digits;
  const number = (value: number) => formatCount(value, text.locale);
  const position = find.positions[find.current];
  const parts = [
    position !== undefined && words.match(number(find.current + 1), number(find.positions.length), number(position)),
    find.state === "done" && find.positions.length === 0 && words.notFound(find.needle),
    find.limited && words.firstMatches(number(FIND_LIMIT)),
    find.state === "stopped" && words.stopped(number(find.searched)),
    find.state === "failed" && failureText(text, find.error),
  ];
  return parts.filter(Boolean).join(". ");
}

import { useEffect, useState } from "react";
import { Group, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import classes from "./data-age.module.css";

interface DataAgeProps {
  /** Milliseconds since 1970; 0: nothing has come yet. */
  updatedAt: number;
  failing: boolean;
  onRefresh: () => void;
}

/** How old the data shown is; turns to a warning when refreshing fails. Pressing it refreshes at once. */
export function DataAge({ updatedAt, failing, onRefresh }: DataAgeProps) {
  const text = useText();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.round((now - updatedAt) / 1_000));
  // Of what never came there is no age: what is shown meanwhile belongs to other filters.
  const age = updatedAt === 0 ? null : ageText(text, seconds);
  return (
    <UnstyledButton className={classes.root} onClick={onRefresh} title={text.age.tooltip}>
      <Group gap={6} wrap="nowrap">
        <span className={classes.dot} data-failing={failing || undefined} />
        <Text size="xs" c={failing ? "orange" : "dimmed"}>
          {failing ? [text.age.failing, age].filter(Boolean).join(". ") : (age ?? text.common.loading)}
        </Text>
        <VisuallyHidden>. {text.age.refresh}</VisuallyHidden>
      </Group>
    </UnstyledButton>
  );
}

function ageText(text: ReturnType<typeof useText>, seconds: number): string {
  if (seconds < 3) return text.age.fresh;
  return seconds < 120 ? text.age.seconds(seconds) : text.age.minutes(Math.round(seconds / 60));
}

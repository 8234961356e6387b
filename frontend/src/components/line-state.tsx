import { Alert, Badge } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import type { LiveState } from "@/lib/live.ts";

/** Whether what is shown comes by itself. */
export function LineBadge({ line }: { line: LiveState }) {
  const text = useText();
  if (line === "lost") return null;
  return (
    <Badge variant="dot" tt="none" color={line === "open" ? "teal" : "gray"}>
      {line === "open" ? text.calculation.live : text.calculation.connecting}
    </Badge>
  );
}

/** Said when the live line is cut. */
export function LineAlert({ line }: { line: LiveState }) {
  const text = useText();
  if (line !== "lost") return null;
  return (
    <Alert color="orange" p="xs" role="status">
      {text.calculation.lost}
    </Alert>
  );
}

import { Group, Loader, Text } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import { stateColor } from "./badges.tsx";
import { isRunning, type RequestRow } from "./types.ts";

/** Where the row's calculation stands, as last known to the row. */
export function CalculationCell({ row }: { row: RequestRow }) {
  const text = useText();
  if (!row.calculation_state) return <Text c="dimmed">{text.common.none}</Text>;
  const color = stateColor(row.calculation_state);
  return (
    <Group gap={8} wrap="nowrap">
      {isRunning(row) && <Loader size={14} color={color} aria-hidden />}
      <Text size="sm" c={color === "dimmed" || color === "red" ? color : undefined}>
        {text.calculation[row.calculation_state]}
      </Text>
    </Group>
  );
}

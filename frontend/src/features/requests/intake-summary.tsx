import { Group, Loader, Text } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import { formatMoment } from "@/lib/moment.ts";
import type { Intake } from "./use-intake.ts";

/** In two lines: how much was understood, and what stands in the way. */
export function IntakeSummary({ intake }: { intake: Intake }) {
  const { intake: words } = useText();
  if (intake.state === "idle" || intake.state === "failed") return null;
  const { rows, rowCount, nights, errorCount, problemCount } = intake;
  const moments = rows.map((row) => row.observed_at).sort();
  const stations = [...new Set(rows.map((row) => row.station))];
  const [first, last] = [moments[0], moments.at(-1)];
  return (
    <>
      <Group gap="xs">
        <Text fw={600}>{rowCount > 0 ? words.understood(rowCount, nights) : words.understoodNone}</Text>
        {errorCount > 0 && <Text c="red">{words.errors(errorCount)}</Text>}
        {problemCount > errorCount && <Text c="dimmed">{words.warnings(problemCount - errorCount)}</Text>}
        {intake.state === "reading" && <Loader size={14} aria-label={words.reading} />}
      </Group>
      <Text size="sm" c="dimmed">
        {[
          first !== undefined && last !== undefined && words.span(formatMoment(first), formatMoment(last)),
          stations.length > 0 && words.stations(stations.join(", ")),
          words.nothingSaved,
        ]
          .filter(Boolean)
          .join(" · ")}
      </Text>
    </>
  );
}

import { Text, Timeline } from "@mantine/core";
import type { Dictionary } from "@/i18n/en.ts";
import { useText } from "@/i18n/language.tsx";
import { formatWhen } from "@/components/moments.tsx";
import { Section } from "@/components/section.tsx";
import type { HistoryEntry, Verdict } from "./types.ts";
import classes from "./request.module.css";

/** What happened to the request, the latest first. */
export function History({ entries }: { entries: readonly HistoryEntry[] }) {
  const text = useText();
  const latestFirst = [...entries].reverse();
  return (
    <Section title={text.request.history}>
      <Timeline bulletSize={14} lineWidth={2} active={latestFirst.length}>
        {latestFirst.map((entry, index) => (
          <Timeline.Item
            key={`${entry.at} ${index}`}
            title={<Text fw={600}>{text.request.actions[entry.action] ?? entry.action}</Text>}
          >
            <Text size="sm" c="dimmed">
              {formatWhen(entry.at, text.locale)}
              {entry.actor !== null && `, ${entry.actor}`}
            </Text>
            {entry.earlier_result && (
              <Text size="sm">{earlierText(text, entry.earlier_result.verdict, before(entries, entry))}</Text>
            )}
            {entry.note && (
              <Text size="sm" className={classes.comment}>
                {entry.note}
              </Text>
            )}
          </Timeline.Item>
        ))}
      </Timeline>
    </Section>
  );
}

/** That the replaced result is kept, what its verdict was and when it had been recorded. */
function earlierText(text: Dictionary, verdict: Verdict, earlier: readonly HistoryEntry[]): string {
  const recorded = earlier.findLast(({ action }) => action === "RESULT_RECORDED" || action === "RESULT_REPLACED");
  return text.request.earlierKept(text.verdict[verdict], recorded && formatWhen(recorded.at, text.locale));
}

function before(entries: readonly HistoryEntry[], entry: HistoryEntry): readonly HistoryEntry[] {
  return entries.slice(0, entries.indexOf(entry));
}

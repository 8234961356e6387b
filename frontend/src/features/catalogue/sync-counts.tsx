import { useText } from "@/i18n/language.tsx";
import { formatNumber } from "@/lib/quantity.ts";
import type { SyncCounts } from "./types.ts";
import classes from "./catalogue.module.css";

/** The counts of a run, so far or final. */
export function SyncCountsList({ counts, duration_s }: { counts: SyncCounts; duration_s?: number }) {
  const text = useText();
  const { facts, pages } = text.catalogue.sync;
  const whole = (value: number) => formatNumber(value, text.locale, 0);
  const stored = counts.added_count + counts.updated_count + counts.unchanged_count;
  const rate = duration_s === undefined ? counts.objects_per_second : duration_s > 0 ? stored / duration_s : 0;
  const done = whole(counts.done_page_count);
  const rows: [string, string][] = [
    [facts.pages, counts.page_count === undefined ? done : pages(done, whole(counts.page_count))],
    [facts.added, whole(counts.added_count)],
    [facts.updated, whole(counts.updated_count)],
    [facts.unchanged, whole(counts.unchanged_count)],
    [facts.deleted, whole(counts.deleted_count)],
    [facts.rate, whole(rate)],
  ];
  if (duration_s !== undefined) rows.push([facts.seconds, formatNumber(duration_s, text.locale, 1)]);
  return (
    <dl className={classes.counts}>
      {rows.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

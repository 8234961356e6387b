/** Cells of the list as plain elements without components of their own: with thousands of rows each would cost frames. */
import { formatDay } from "@/components/moments.tsx";
import type { Dictionary } from "@/i18n/en.ts";
import { stateColor } from "./badges.tsx";
import { isRunning, type RequestRow } from "./types.ts";
import classes from "./list.module.css";

/** Stands where there is nothing to tell. */
export const nothing = (text: Dictionary) => <span className={classes.nothing}>{text.common.none}</span>;

/** A UTC day; pointing at it tells the minute. */
export function dayText(text: Dictionary, moment: string | null) {
  if (moment === null) return nothing(text);
  const day = formatDay(moment, text.locale);
  return (
    <time dateTime={moment} title={`${day}, ${moment.slice(11, 16)} UTC`} className={classes.day}>
      {day}
    </time>
  );
}

/** `12 of 21`, and the share as a bar. */
export function resultCount(text: Dictionary, row: RequestRow) {
  const share = row.observation_count > 0 ? Math.round((100 * row.result_count) / row.observation_count) : 0;
  return (
    <span className={classes.results}>
      {text.list.results(row.result_count, row.observation_count)}
      <span className={classes.bar} aria-hidden="true" style={{ backgroundSize: `${share}% 100%` }} />
    </span>
  );
}

/** Where the row's calculation stands, as last known to the row. */
export function calculationText(text: Dictionary, row: RequestRow) {
  if (!row.calculation_state) return nothing(text);
  return (
    <span
      className={classes.calculation}
      data-color={stateColor(row.calculation_state)}
      data-running={isRunning(row) || undefined}
    >
      {text.calculation[row.calculation_state]}
    </span>
  );
}

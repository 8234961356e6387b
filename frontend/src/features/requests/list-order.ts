/** The order of rows: the backend's own, and the same worked out here where the whole list is at hand. */
import type { RequestRow } from "./types.ts";

/** Columns by which the backend sorts as well; what is empty comes last whatever the direction. */
const COLUMNS = [
  "designation",
  "status",
  "creator",
  "result_count",
  "verdict",
  "formed_at",
  "completed_at",
  "updated_at",
] as const;

type OrderColumn = (typeof COLUMNS)[number];

const isColumn = (name: string): name is OrderColumn => (COLUMNS as readonly string[]).includes(name);

export const isOrdering = (ordering: string) => isColumn(ordering.replace(/^-/, ""));

/** The rows in this order, the newest first among equals and without an order. */
export function sortRows(rows: readonly RequestRow[], ordering: string): RequestRow[] {
  const sorted = [...rows].sort((a, b) => b.id - a.id);
  const column = ordering.replace(/^-/, "");
  if (!isColumn(column)) return sorted;
  const sign = ordering.startsWith("-") ? -1 : 1;
  const compare = column === "designation" || column === "creator" ? compareNames : compareValues;
  return sorted.sort((a, b) => {
    const [left, right] = [a[column], b[column]];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * compare(left, right);
  });
}

// `2 Pallas` before `10 Hygiea`.
const names = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function compareNames(left: string | number, right: string | number): number {
  return names.compare(String(left), String(right));
}

/** Moments are in UTC with the same zone, so that their texts sort as they do. */
function compareValues(left: string | number, right: string | number): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

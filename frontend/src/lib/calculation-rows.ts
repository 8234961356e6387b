/** The cached pages of a list of calculations, and how snapshots from the live line enter them. */
import type { InfiniteData } from "@tanstack/react-query";

/** What a list has to know of a row. */
export interface CalculationRow {
  calculation_id: string;
  create_time: string;
  revision: number;
}

/** A page of `/v1/calculations`. */
export interface CalculationPage<Row> {
  calculations: Row[];
  /** Empty: this was the last page. */
  next_page_token: string;
}

export type CalculationPages<Row> = InfiniteData<CalculationPage<Row>>;

/** The newer of two snapshots of one calculation. */
export const newerOf = <Row extends { revision: number }>(one: Row, other: Row): Row =>
  other.revision >= one.revision ? other : one;

/** Every calculation once, the newest first; a row that moved between two pages would otherwise show twice. */
export function rowsOf<Row extends CalculationRow>(pages: CalculationPages<Row>): Row[] {
  const rows = new Map<string, Row>();
  for (const row of pages.pages.flatMap((page) => page.calculations)) {
    const known = rows.get(row.calculation_id);
    rows.set(row.calculation_id, known ? newerOf(known, row) : row);
  }
  return [...rows.values()].sort((a, b) => Date.parse(b.create_time) - Date.parse(a.create_time));
}

/** The pages with the snapshots in them: known rows replaced unless they are newer, unknown ones on the first page,
 * and those gone that are no longer wanted. */
export function withSnapshots<Row extends CalculationRow>(
  pages: CalculationPages<Row>,
  snapshots: ReadonlyMap<string, Row>,
  isWanted: (row: Row) => boolean = () => true,
): CalculationPages<Row> {
  const unknown = new Map(snapshots);
  const updated = pages.pages.map((page) => ({
    ...page,
    calculations: page.calculations
      .map((row) => {
        const snapshot = snapshots.get(row.calculation_id);
        unknown.delete(row.calculation_id);
        return snapshot ? newerOf(row, snapshot) : row;
      })
      .filter(isWanted),
  }));
  const [first, ...others] = updated;
  if (!first) return pages;
  const added = [...unknown.values()].filter(isWanted);
  return { ...pages, pages: [{ ...first, calculations: [...added, ...first.calculations] }, ...others] };
}

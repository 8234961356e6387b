/** The cached pages of the list, and how snapshots from the live line enter them. */
import type { InfiniteData } from "@tanstack/react-query";
import { newerOf, type PiCalculation, type PiPage } from "./types.ts";

export type PiPages = InfiniteData<PiPage>;

/** Every calculation once, the newest first; a row that moved between two pages would otherwise show twice. */
export function rowsOf(pages: PiPages): PiCalculation[] {
  const rows = new Map<string, PiCalculation>();
  for (const row of pages.pages.flatMap((page) => page.calculations)) {
    const known = rows.get(row.calculation_id);
    rows.set(row.calculation_id, known ? newerOf(known, row) : row);
  }
  return [...rows.values()].sort((a, b) => Date.parse(b.create_time) - Date.parse(a.create_time));
}

/** The pages with the snapshots in them: known rows replaced unless they are newer, unknown ones on the first page. */
export function withSnapshots(pages: PiPages, snapshots: ReadonlyMap<string, PiCalculation>): PiPages {
  const unknown = new Map(snapshots);
  const updated = pages.pages.map((page) => ({
    ...page,
    calculations: page.calculations.map((row) => {
      const snapshot = snapshots.get(row.calculation_id);
      unknown.delete(row.calculation_id);
      return snapshot ? newerOf(row, snapshot) : row;
    }),
  }));
  const [first, ...others] = updated;
  if (!first) return pages;
  return { ...pages, pages: [{ ...first, calculations: [...unknown.values(), ...first.calculations] }, ...others] };
}

import { describe, expect, it } from "vitest";
import { rowsOf, withSnapshots, type CalculationPages, type CalculationRow } from "./calculation-rows.ts";

const row = (calculation_id: string, minute: number, revision = 1) => ({
  calculation_id,
  revision,
  create_time: `2026-11-20T12:${String(minute).padStart(2, "0")}:00Z`,
});
const pagesOf = (...pages: CalculationRow[][]): CalculationPages<CalculationRow> => ({
  pages: pages.map((calculations) => ({ calculations, next_page_token: "" })),
  pageParams: pages.map(() => ""),
});
const byId = (...rows: CalculationRow[]) => new Map(rows.map((one) => [one.calculation_id, one]));
const shown = (pages: CalculationPages<CalculationRow>) =>
  rowsOf(pages).map((one) => [one.calculation_id, one.revision]);

describe("snapshots in the list", () => {
  it("replace the row they are of, on whatever page", () => {
    const pages = withSnapshots(pagesOf([row("c", 3)], [row("a", 1)]), byId(row("a", 1, 5)));
    expect(shown(pages)).toEqual([
      ["c", 1],
      ["a", 5],
    ]);
  });

  it("do not replace a newer one", () => {
    expect(shown(withSnapshots(pagesOf([row("a", 1, 7)]), byId(row("a", 1, 5))))).toEqual([["a", 7]]);
  });

  it("of new calculations come on top, those of old ones where they belong", () => {
    const pages = withSnapshots(pagesOf([row("b", 2), row("a", 1)]), byId(row("old", 0), row("new", 9)));
    expect(shown(pages).map(([id]) => id)).toEqual(["new", "b", "a", "old"]);
  });

  it("show a row once that stands on two pages", () => {
    expect(shown(pagesOf([row("b", 2), row("a", 1, 2)], [row("a", 1, 4)]))).toEqual([
      ["b", 1],
      ["a", 4],
    ]);
  });
});

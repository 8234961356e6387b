import { describe, expect, it } from "vitest";
import { samples } from "@/testing/samples.ts";
import { isOrdering, sortRows } from "./list-order.ts";
import type { RequestRow } from "./types.ts";

const row = (id: number, part: Partial<RequestRow>) => ({ ...samples.rowFormed, id, ...part }) as RequestRow;
const ids = (rows: RequestRow[]) => rows.map(({ id }) => id);

describe("the order of rows", () => {
  it("is the newest first without any other, and among equals", () => {
    expect(ids(sortRows([row(1, {}), row(3, {}), row(2, {})], ""))).toEqual([3, 2, 1]);
    expect(ids(sortRows([row(1, {}), row(3, {}), row(2, {})], "creator"))).toEqual([3, 2, 1]);
  });

  it("reads numbers in names as numbers, whatever the case", () => {
    const rows = [
      row(1, { designation: "10 Hygiea" }),
      row(2, { designation: "2 Pallas" }),
      row(3, { designation: "ceres" }),
    ];
    expect(ids(sortRows([...rows, row(4, { designation: "Bacchus" })], "designation"))).toEqual([2, 1, 4, 3]);
  });

  it("puts what is empty last whatever the direction", () => {
    const rows = [row(1, { verdict: null }), row(2, { verdict: "WEAK" }), row(3, { verdict: "DETERMINED" })];
    expect(ids(sortRows(rows, "verdict"))).toEqual([3, 2, 1]);
    expect(ids(sortRows(rows, "-verdict"))).toEqual([2, 3, 1]);
  });

  it("is only one that the backend knows as well", () => {
    expect(["-formed_at", "verdict", "colour", ""].map(isOrdering)).toEqual([true, true, false, false]);
  });
});

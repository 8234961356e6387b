import { describe, expect, it } from "vitest";
import {
  digitsPerRow,
  findsWithin,
  rowCountOf,
  rowDigits,
  rowEnd,
  rowOfPosition,
  rowStart,
  segmentsOf,
  WINDOW_LENGTH,
  windowBounds,
  windowsOfRows,
  type Mark,
} from "./digit-layout.ts";

const layout = { last: 25_030, perRow: 50 };

describe("the lines of digits", () => {
  it("begin with the 3 alone, so that the first full line starts at position 1", () => {
    expect([rowStart(layout, 0), rowEnd(layout, 0)]).toEqual([0, 0]);
    expect([rowStart(layout, 1), rowEnd(layout, 1)]).toEqual([1, 50]);
  });

  it("hold every position once and end with the last one", () => {
    const rows = rowCountOf(layout);
    expect(rows).toBe(502);
    for (let row = 1; row < rows; row++) expect(rowStart(layout, row)).toBe(rowEnd(layout, row - 1) + 1);
    expect(rowEnd(layout, rows - 1)).toBe(layout.last);
  });

  it("are found by position", () => {
    for (const position of [0, 1, 50, 51, 25_000, 25_001, 25_030]) {
      const row = rowOfPosition(layout, position);
      expect(rowStart(layout, row)).toBeLessThanOrEqual(position);
      expect(rowEnd(layout, row)).toBeGreaterThanOrEqual(position);
    }
  });

  it("are one line when only the 3 is asked for", () => {
    expect(rowCountOf({ last: 0, perRow: 50 })).toBe(1);
    expect(windowsOfRows({ last: 0, perRow: 50 }, 0, 0)).toEqual([]);
  });

  it("are as long as the width allows, and never shorter than ten", () => {
    expect([1_150, 600, 320, 100].map((width) => digitsPerRow(width, 10_000_000))).toEqual([100, 50, 20, 10]);
  });
});

describe("the windows of digits", () => {
  it("are those that the lines touch, and no others", () => {
    expect(windowsOfRows(layout, 0, 3)).toEqual([0]);
    expect(windowsOfRows(layout, 199, 202)).toEqual([0, 1]);
    expect(windowsOfRows(layout, 490, 501)).toEqual([2]);
  });

  it("never reach beyond the last digit", () => {
    expect(windowBounds(layout.last, 0)).toEqual({ offset: 1, length: 10_000 });
    expect(windowBounds(layout.last, 2)).toEqual({ offset: 20_001, length: 5_030 });
  });

  it("give each line its digits, once they are there", () => {
    const second = "7".repeat(WINDOW_LENGTH - 50) + "8".repeat(50);
    const windows = new Map([[1, second]]);
    expect(rowDigits(layout, 0, windows)).toBe("3");
    expect(rowDigits(layout, 200, windows)).toBeNull();
    expect(rowDigits(layout, 201, windows)).toBe("7".repeat(50));
    expect(rowDigits(layout, 400, windows)).toBe("8".repeat(50));
  });

  it("give the last line what is left", () => {
    expect(rowDigits(layout, 501, new Map([[2, "5".repeat(5_030)]]))).toBe("5".repeat(30));
  });
});

describe("the marks in a line", () => {
  const cut = (marks: Mark[]) => segmentsOf(1, "14159265358979323846", marks);

  it("leave a space after every tenth digit", () => {
    expect(cut([])).toEqual([{ text: "1415926535 8979323846", kind: null }]);
  });

  it("cut the line where they begin and end", () => {
    expect(cut([{ start: 4, length: 2, kind: "match" }])).toEqual([
      { text: "141", kind: null },
      { text: "59", kind: "match" },
      { text: "26535 8979323846", kind: null },
    ]);
  });

  it("may come from the line before and go on in the next", () => {
    expect(cut([{ start: -3, length: 5, kind: "match" }])[0]).toEqual({ text: "1", kind: "match" });
    expect(cut([{ start: 20, length: 5, kind: "current" }]).at(-1)).toEqual({ text: "6", kind: "current" });
  });

  it("cover the weaker by the stronger", () => {
    const marks: Mark[] = [
      { start: 1, length: 3, kind: "current" },
      { start: 2, length: 4, kind: "match" },
    ];
    expect(cut(marks).slice(0, 2)).toEqual([
      { text: "141", kind: "current" },
      { text: "59", kind: "match" },
    ]);
  });
});

describe("the finds in a line", () => {
  it("are those that reach into it", () => {
    const positions = [0, 10, 48, 60, 99, 101, 500];
    expect(findsWithin(positions, 4, 51, 100)).toEqual([48, 60, 99]);
    expect(findsWithin(positions, 4, 52, 59)).toEqual([]);
    expect(findsWithin([], 4, 1, 50)).toEqual([]);
  });
});

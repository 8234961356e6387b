import { describe, expect, it, vi } from "vitest";
import { findDigits, parseNeedle, type FindProgress } from "./find-digits.ts";

const PI = "31415926535897932384626433832795028841971693993751";

async function search(needle: string, options: { window?: number; limit?: number; digits?: string } = {}) {
  const { digits = PI, ...bounds } = options;
  const read = vi.fn((offset: number, length: number) => Promise.resolve(digits.slice(offset, offset + length)));
  const seen: FindProgress[] = [];
  for await (const progress of findDigits({ needle, last: digits.length - 1, read, ...bounds })) seen.push(progress);
  return { seen, end: seen.at(-1), read };
}

describe("finding digits", () => {
  it("names the position of each find, the 3 being 0", async () => {
    expect((await search("314")).end?.positions).toEqual([0]);
    expect((await search("26")).end?.positions).toEqual([6, 21]);
  });

  it("sees what lies across two windows, once", async () => {
    for (const window of [1, 2, 3, 7, 10, 49, 50, 60]) {
      expect((await search("2643383", { window })).end?.positions).toEqual([21]);
      expect((await search("9", { window })).end?.positions).toEqual([5, 12, 14, 30, 38, 42, 44, 45]);
    }
  });

  it("counts finds that overlap", async () => {
    expect((await search("11", { digits: "3111111", window: 2 })).end?.positions).toEqual([1, 2, 3, 4, 5]);
  });

  it("asks for every digit once and never beyond the end", async () => {
    const { read, seen } = await search("000", { window: 20 });
    expect(read.mock.calls).toEqual([
      [0, 20],
      [20, 20],
      [40, 10],
    ]);
    expect(seen.map(({ searched }) => searched)).toEqual([20, 40, 50]);
    expect(seen.at(-1)?.positions).toEqual([]);
  });

  it("ends early when there are more finds than anybody reads", async () => {
    const { end, read } = await search("9", { window: 20, limit: 2 });
    expect(end).toEqual({ searched: 14, positions: [5, 12], limited: true });
    expect(read).toHaveBeenCalledTimes(1);
  });

  it("passes on why digits did not come", async () => {
    const broken = findDigits({ needle: "1", last: 9, read: () => Promise.reject(new Error("cut")) });
    await expect(broken.next()).rejects.toThrow("cut");
  });
});

describe("what is to be found", () => {
  it("may be written with points and spaces", () => {
    expect(parseNeedle(" 3.14 15 ")).toBe("31415");
  });

  it.each(["", " ", "abc", "12a"])("is not %j", (typed) => {
    expect(parseNeedle(typed)).toBeNull();
  });
});

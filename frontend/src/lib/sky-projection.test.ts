import { describe, expect, it } from "vitest";
import { chartOf, ticksOf } from "./sky-projection.ts";
import { degrees } from "./units.ts";

const at = (ra: number, dec: number) => ({ ra_deg: degrees(ra), dec_deg: degrees(dec) });

const NOWHERE = { x: NaN, y: NaN };

describe("the chart of a track", () => {
  it("has north up and east to the left, in scale", () => {
    const chart = chartOf([at(100, 60), at(102, 60), at(100, 61)], 1.5);
    const [first = NOWHERE, east = NOWHERE, north = NOWHERE] = chart?.points ?? [];
    expect(east.x).toBeLessThan(first.x);
    expect(north.y).toBeGreaterThan(first.y);
    // Two degrees of right ascension are one on the sky at declination 60.
    expect(first.x - east.x).toBeCloseTo(1, 1);
  });

  it("joins both sides of 0 h", () => {
    const chart = chartOf([at(359.5, 0), at(0.5, 0)], 1);
    expect(chart?.half).toBeLessThan(1);
    expect(ticksOf(chart ?? never(), "ra", 0.6).map(({ label }) => label)).toContain("00ʰ00ᵐ");
  });

  it("shows a single place and one at the pole", () => {
    expect(chartOf([at(10, 90)], 1)?.points).toHaveLength(1);
    expect(chartOf([], 1)).toBeNull();
  });

  it("labels its axes with whole steps", () => {
    const chart = chartOf([at(54, 16), at(56, 19)], 1);
    expect(ticksOf(chart ?? never(), "dec", 1.4).map(({ label }) => label)).toEqual(["+17°", "+18°"]);
  });
});

function never(): never {
  throw new Error("no chart");
}

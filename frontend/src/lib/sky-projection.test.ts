import { describe, expect, it } from "vitest";
import { widthOf } from "./label-places.ts";
import { chartOf, ticksOf, ticksWithRoom } from "./sky-projection.ts";
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

  it("writes a minus that is as wide as a plus", () => {
    const chart = chartOf([at(54, -16), at(56, -19)], 1);
    expect(ticksOf(chart ?? never(), "dec", 1.4).map(({ label }) => label)).toEqual(["−18°", "−17°"]);
  });

  it("labels its axes with whole steps", () => {
    const chart = chartOf([at(54, 16), at(56, 19)], 1);
    expect(ticksOf(chart ?? never(), "dec", 1.4).map(({ label }) => label)).toEqual(["+17°", "+18°"]);
  });
});

describe("the names of right ascension", () => {
  const MARGIN = { left: 84, right: 24 };

  it.each([190, 260, 490])("have room beside each other and are two at least on a chart of %d px", (width) => {
    for (const across of [0.01, 0.02, 0.1, 0.2, 0.3, 1, 3, 10, 40]) {
      const chart = chartOf([at(54.3, 16), at(54.3 + across, 17)], width / 210) ?? never();
      const names = ticksWithRoom(chart, { width, ...MARGIN })
        .filter(({ label }) => label !== "")
        .map(({ offset, label }) => ({ x: (width / 2) * (1 + offset / chart.half), wide: widthOf(label) }))
        .sort((one, other) => one.x - other.x);
      expect(names.length, `${across}°`).toBeGreaterThan(1);
      names.reduce((one, other) => {
        expect(other.x - one.x).toBeGreaterThan((one.wide + other.wide) / 2);
        return other;
      });
      expect((names[0]?.x ?? 0) - (names[0]?.wide ?? 0) / 2).toBeGreaterThanOrEqual(-MARGIN.left);
      const last = names.at(-1);
      expect((last?.x ?? 0) + (last?.wide ?? 0) / 2).toBeLessThanOrEqual(width + MARGIN.right);
    }
  });
});

function never(): never {
  throw new Error("no chart");
}

import { describe, expect, it } from "vitest";
import type { OrbitShape } from "./orbit-geometry.ts";
import { between, FROM_ABOVE, nodesOf, project, stretches, turned } from "./orbit-view.ts";
import { degrees } from "./units.ts";

const orbit: OrbitShape = { q_au: 1, e: 0.5, i_deg: degrees(30), node_deg: degrees(40), peri_deg: degrees(70) };
const EDGE = { turn_deg: 0, tilt_deg: 90 };

describe("a view of an orbit", () => {
  it("from above shows the ecliptic as it is, from the edge its heights", () => {
    const point = { x: 1, y: 2, z: 3 };
    expect(project(point, FROM_ABOVE)).toMatchObject({ x: 1, y: 2, depth: 3 });
    const edge = project(point, EDGE);
    expect([edge.x, edge.y, edge.depth]).toEqual([1, 3, -2].map((value) => expect.closeTo(value, 12) as number));
  });

  it("keeps lengths in space whatever the view", () => {
    const seen = project({ x: 1, y: -2, z: 0.5 }, { turn_deg: 123, tilt_deg: 37 });
    expect(Math.hypot(seen.x, seen.y, seen.depth)).toBeCloseTo(Math.hypot(1, 2, 0.5), 12);
  });

  it("turns round and round, but tilts no farther than the edge", () => {
    expect(turned({ turn_deg: 350, tilt_deg: 80 }, 20, 30)).toEqual({ turn_deg: 10, tilt_deg: 90 });
    expect(turned(FROM_ABOVE, -10, -10)).toEqual({ turn_deg: 350, tilt_deg: 0 });
  });

  it("goes back by the shorter way", () => {
    expect(between({ turn_deg: 350, tilt_deg: 60 }, FROM_ABOVE, 0.5)).toEqual({ turn_deg: 355, tilt_deg: 30 });
    expect(between({ turn_deg: 350, tilt_deg: 60 }, FROM_ABOVE, 1)).toEqual(FROM_ABOVE);
  });

  it("has its nodes in the ecliptic, the ascending one in the direction of the node", () => {
    const [ascending, descending] = nodesOf(orbit, 10);
    expect(ascending?.point.z).toBeCloseTo(0, 12);
    expect(Math.atan2(ascending?.point.y ?? NaN, ascending?.point.x ?? NaN)).toBeCloseTo((40 * Math.PI) / 180, 12);
    expect(descending?.ascending).toBe(false);
    expect(nodesOf({ ...orbit, i_deg: degrees(0) }, 10)).toEqual([]);
    expect(nodesOf({ ...orbit, e: 3, peri_deg: degrees(0) }, 10)).toHaveLength(1);
  });

  it("is told apart north and south of the ecliptic without a gap", () => {
    const parts = stretches(orbit, 10);
    expect(parts.map(({ south }) => south)).toContain(true);
    for (const { south, points } of parts) expect(points.slice(1).every(({ z }) => z < 0 === south)).toBe(true);
    for (const [index, { points }] of parts.slice(1).entries()) expect(points[0]).toEqual(parts[index]?.points.at(-1));
  });
});

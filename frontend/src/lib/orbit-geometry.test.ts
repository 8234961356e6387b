import { describe, expect, it } from "vitest";
import { aphelion, earthAt, pointAt, traceOrbit, trueAnomaly, type OrbitShape } from "./orbit-geometry.ts";
import { degrees } from "./units.ts";

const flat = (q_au: number, e: number): OrbitShape => ({
  q_au,
  e,
  i_deg: degrees(0),
  node_deg: degrees(0),
  peri_deg: degrees(0),
});

describe("orbit geometry", () => {
  it("has perihelion and aphelion at their distances", () => {
    const orbit = flat(2, 0.5);
    expect(pointAt(orbit, 0)).toEqual({ x: 2, y: 0, z: 0 });
    expect(pointAt(orbit, Math.PI).x).toBeCloseTo(-6, 12);
    expect(aphelion(orbit)).toBeCloseTo(6, 12);
  });

  it("solves Kepler's equation: Meeus, Astronomical Algorithms, example 30.a: e 0.1, M 5 deg, E 5.554589 deg", () => {
    const nu = trueAnomaly(0.1, degrees(5));
    const eccentric = 2 * Math.atan(Math.sqrt(0.9 / 1.1) * Math.tan(nu / 2));
    expect((eccentric * 180) / Math.PI).toBeCloseTo(5.554589, 6);
  });

  it("draws an open orbit only as far as asked", () => {
    const radii = traceOrbit(flat(1, 1.5), 10).map(({ x, y }) => Math.hypot(x, y));
    expect(Math.max(...radii)).toBeCloseTo(10, 6);
  });

  it("closes an ellipse", () => {
    const points = traceOrbit(flat(1, 0.3), 10);
    expect(points.at(-1)?.x).toBeCloseTo(points[0]?.x ?? NaN, 9);
  });

  it("puts Earth at the autumn point in the sky of the March equinox: 2000-03-20 07:35 UTC", () => {
    const earth = earthAt(51_623.316);
    expect((Math.abs(Math.atan2(earth.y, earth.x)) * 180) / Math.PI).toBeCloseTo(180, 0);
    expect(Math.hypot(earth.x, earth.y)).toBeCloseTo(0.996, 2);
  });
});

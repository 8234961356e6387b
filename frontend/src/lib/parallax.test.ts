import { describe, expect, it } from "vitest";
import ceres from "../../../tests/data/ceres_1801.json";
import { parallaxOf, type Sighting } from "./parallax.ts";
import { au, degrees } from "./units.ts";

const sighting = (observed_at: string, ra: number, dec: number, distance: number | null): Sighting => ({
  ...{ observed_at, ra_deg: degrees(ra), dec_deg: degrees(dec) },
  distance_au: distance === null ? null : au(distance),
});

describe("the parallax of an arc", () => {
  it("places Ceres of 1801 where it was, 2.6 au from the Sun", () => {
    const rows = ceres.observations.map((row, index) =>
      sighting(row.observed_at, row.ra_deg, row.dec_deg, ceres.distance_au[index] ?? null),
    );
    const parallax = parallaxOf(rows);
    const object = parallax?.lines[0]?.object ?? { x: 0, y: 0, z: 0 };
    expect(Math.hypot(object.x, object.y, object.z)).toBeCloseTo(2.67, 1);
    // 41 days of the Earth's way: a chord of 2 sin(20.4 deg), which bends by 1 - cos(20.4 deg) at most.
    expect(parallax?.baseline_au).toBeCloseTo(0.69, 1);
    expect(parallax?.bend_au).toBeGreaterThan(0.02);
    expect(parallax?.bend_au).toBeLessThan(0.065);
  });

  it("sees half a year as twice the distance of the Sun", () => {
    const rows = ["2020-03-20T12:00:00Z", "2020-06-20T00:00:00Z", "2020-09-20T00:00:00Z"].map((when) =>
      sighting(when, 270, 66.56, 10),
    );
    const parallax = parallaxOf(rows);
    expect(parallax?.baseline_au).toBeCloseTo(2, 1);
    expect(parallax?.bend_au).toBeCloseTo(1, 1);
    expect(parallax?.baseline_deg).toBeCloseTo(11.4, 0);
  });

  it("says nothing of a single place or where no distance is known", () => {
    expect(parallaxOf([sighting("2020-01-01T00:00:00Z", 10, 10, 1)])).toBeNull();
    const unknown = ["2020-01-01T00:00:00Z", "2020-02-01T00:00:00Z"].map((when) => sighting(when, 10, 10, null));
    expect(parallaxOf(unknown)).toBeNull();
  });
});

/** Points of a heliocentric orbit seen from the north pole of the ecliptic, for drawing. */
import type { Au, Degrees } from "./units.ts";

export interface OrbitShape {
  q_au: number;
  e: number;
  i_deg: Degrees;
  node_deg: Degrees;
  peri_deg: Degrees;
}

export interface PlanePoint {
  x: number;
  y: number;
}

const RAD = Math.PI / 180;

/** Projection onto the ecliptic of the point with this true anomaly (radians), au. */
export function pointAt(orbit: OrbitShape, trueAnomaly: number): PlanePoint {
  const radius = (orbit.q_au * (1 + orbit.e)) / (1 + orbit.e * Math.cos(trueAnomaly));
  const argument = orbit.peri_deg * RAD + trueAnomaly;
  const node = orbit.node_deg * RAD;
  const across = Math.sin(argument) * Math.cos(orbit.i_deg * RAD);
  return {
    x: radius * (Math.cos(node) * Math.cos(argument) - Math.sin(node) * across),
    y: radius * (Math.sin(node) * Math.cos(argument) + Math.cos(node) * across),
  };
}

/** The whole ellipse, or the part of an open orbit within `limit_au` of the Sun. */
export function traceOrbit(orbit: OrbitShape, limit_au: number, count = 240): PlanePoint[] {
  const parameter = orbit.q_au * (1 + orbit.e);
  const cosine = (parameter / limit_au - 1) / orbit.e;
  const reach = orbit.e === 0 || cosine <= -1 ? Math.PI : Math.acos(Math.min(1, cosine));
  return Array.from({ length: count + 1 }, (_, index) => pointAt(orbit, reach * ((2 * index) / count - 1)));
}

/** True anomaly (radians) of an elliptic orbit from its mean anomaly; Newton's method on Kepler's equation. */
export function trueAnomaly(e: number, meanAnomaly_deg: Degrees): number {
  const mean = meanAnomaly_deg * RAD;
  let eccentric = e < 0.8 ? mean : Math.PI;
  for (let step = 0; step < 30; step++) {
    const change = (eccentric - e * Math.sin(eccentric) - mean) / (1 - e * Math.cos(eccentric));
    eccentric -= change;
    if (Math.abs(change) < 1e-10) break;
  }
  return 2 * Math.atan2(Math.sqrt(1 + e) * Math.sin(eccentric / 2), Math.sqrt(1 - e) * Math.cos(eccentric / 2));
}

/** Earth's distance direction from the Sun at an epoch, to about a degree: enough for a drawing. */
export function earthAt(epoch_mjd_tdb: number): PlanePoint {
  const days = epoch_mjd_tdb - 51_544.5;
  const anomaly = (357.529 + 0.98560028 * days) * RAD;
  const longitude = (100.46 + 0.98564736 * days + 1.915 * Math.sin(anomaly)) * RAD;
  const radius = 1.00014 - 0.01671 * Math.cos(anomaly);
  return { x: radius * Math.cos(longitude), y: radius * Math.sin(longitude) };
}

/** Mean elements of Jupiter at J2000; E. M. Standish, "Keplerian elements for approximate positions", JPL, table 1. */
export const JUPITER: OrbitShape = {
  q_au: 4.9511,
  e: 0.04838624,
  i_deg: 1.30439695 as Degrees,
  node_deg: 100.47390909 as Degrees,
  peri_deg: 274.25457074 as Degrees,
};

/** Where Jupiter stands at an epoch, to about a degree: enough for a drawing. */
export function jupiterAt(epoch_mjd_tdb: number): PlanePoint {
  const centuries = (epoch_mjd_tdb - 51_544.5) / 36_525;
  const mean = (19.66796068 + 3034.53400105 * centuries) as Degrees;
  return pointAt(JUPITER, trueAnomaly(JUPITER.e, mean));
}

/** Distance at aphelion, or null for an open orbit. */
export function aphelion(orbit: OrbitShape): Au | null {
  return orbit.e < 1 ? (((orbit.q_au * (1 + orbit.e)) / (1 - orbit.e)) as Au) : null;
}

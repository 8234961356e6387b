/** Points of a heliocentric orbit, for drawing: x to the equinox, x and y in the ecliptic, z to its north pole, au. */
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

export interface SpacePoint extends PlanePoint {
  z: number;
}

const RAD = Math.PI / 180;

/** The point with this true anomaly (radians), au. */
export function pointAt(orbit: OrbitShape, trueAnomaly: number): SpacePoint {
  const radius = (orbit.q_au * (1 + orbit.e)) / (1 + orbit.e * Math.cos(trueAnomaly));
  const argument = orbit.peri_deg * RAD + trueAnomaly;
  const node = orbit.node_deg * RAD;
  const across = Math.sin(argument) * Math.cos(orbit.i_deg * RAD);
  return {
    x: radius * (Math.cos(node) * Math.cos(argument) - Math.sin(node) * across),
    y: radius * (Math.sin(node) * Math.cos(argument) + Math.cos(node) * across),
    z: radius * Math.sin(argument) * Math.sin(orbit.i_deg * RAD),
  };
}

/** The whole ellipse, or the part of an open orbit within `limit_au` of the Sun. */
export function traceOrbit(orbit: OrbitShape, limit_au: number, count = 240): SpacePoint[] {
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

export interface Planet {
  shape: OrbitShape;
  /** Mean anomaly at J2000, degrees, and how the mean longitude grows in a century. */
  mean_deg: number;
  rate_deg: number;
}

/** Mean elements at J2000; E. M. Standish, "Keplerian elements for approximate positions", JPL, table 1. */
export const MERCURY = planet(
  [0.38709927, 0.20563593, 7.00497902, 252.2503235, 77.45779628, 48.33076593],
  149472.67411175,
);
export const VENUS = planet(
  [0.72333566, 0.00677672, 3.39467605, 181.9790995, 131.60246718, 76.67984255],
  58517.81538729,
);
export const MARS = planet([1.52371034, 0.0933941, 1.84969142, -4.55343205, -23.94362959, 49.55953891], 19140.30268499);
export const EARTH = planet([1.00000261, 0.01671123, -0.00001531, 100.46457166, 102.93768193, 0], 35999.37244981);
export const JUPITER = planet(
  [5.202887, 0.04838624, 1.30439695, 34.39644051, 14.72847983, 100.47390909],
  3034.74612775,
);

/** Where a planet stands at an epoch, to about a degree within some centuries: enough for a drawing. */
export function planetAt({ shape, mean_deg, rate_deg }: Planet, epoch_mjd_tdb: number): SpacePoint {
  const centuries = (epoch_mjd_tdb - 51_544.5) / 36_525;
  return pointAt(shape, trueAnomaly(shape.e, ((mean_deg + rate_deg * centuries) % 360) as Degrees));
}

/** Where the Earth, or rather its and the Moon's centre of mass, stands at an epoch: to 0.02 au within two centuries. */
export const earthAt = (epoch_mjd_tdb: number): SpacePoint => planetAt(EARTH, epoch_mjd_tdb);

/** From a (au), e, i, mean longitude, longitude of perihelion and node (degrees). */
function planet(
  [a, e, i, longitude, perihelion, node]: [number, number, number, number, number, number],
  rate: number,
): Planet {
  const shape = {
    q_au: a * (1 - e),
    e,
    i_deg: i as Degrees,
    node_deg: node as Degrees,
    peri_deg: (perihelion - node) as Degrees,
  };
  return { shape, mean_deg: longitude - perihelion, rate_deg: rate };
}

/** Distance at aphelion, or null for an open orbit. */
export function aphelion(orbit: OrbitShape): Au | null {
  return orbit.e < 1 ? (((orbit.q_au * (1 + orbit.e)) / (1 - orbit.e)) as Au) : null;
}

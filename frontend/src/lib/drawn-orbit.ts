/** What of an orbit is drawn, and how far. */
import { aphelion, pointAt, trueAnomaly, type OrbitShape, type SpacePoint } from "./orbit-geometry.ts";
import type { Degrees } from "./units.ts";

/** An orbit, and at which moment its object and the planets are to be drawn. */
export interface DrawnOrbit extends Omit<OrbitShape, "q_au"> {
  epoch_mjd_tdb: number;
  a_au?: number | null;
  q_au?: number | null;
  mean_anomaly_deg?: Degrees | null;
}

/** Open and very long orbits are drawn as far as this, au. */
const FARTHEST_AU = 12;
const JUPITER_REACH_AU = 5.6;
/** Perihelion of Jupiter, less what a drawing forgives. */
const JUPITER_FROM_AU = 4.7;

/** Null where the orbit cannot be drawn. */
export function shapeOf(orbit: DrawnOrbit): OrbitShape | null {
  const q_au = orbit.q_au ?? (orbit.a_au ? orbit.a_au * (1 - orbit.e) : null);
  return q_au && q_au > 0 ? { ...orbit, q_au } : null;
}

/** Half the width of a drawing, au. */
export function reachOf(shape: OrbitShape, withJupiter: boolean): number {
  const farthest = Math.max(FARTHEST_AU, 2 * shape.q_au);
  return Math.max(withJupiter ? JUPITER_REACH_AU : 1.15, Math.min(farthest, aphelion(shape) ?? farthest));
}

/** Whether the object comes near Jupiter's orbit. */
export const reachesJupiter = (shape: OrbitShape): boolean => (aphelion(shape) ?? Infinity) >= JUPITER_FROM_AU;

/** Where the object of a closed orbit stands at the epoch. */
export function asteroidOf(orbit: DrawnOrbit, shape: OrbitShape): SpacePoint | null {
  const { mean_anomaly_deg: mean, e } = orbit;
  return mean === null || mean === undefined || e >= 1 ? null : pointAt(shape, trueAnomaly(e, mean));
}

/** How an orbit in space is turned and laid onto the screen: a parallel projection, which keeps ratios. */
import { pointAt, traceOrbit, type OrbitShape, type PlanePoint, type SpacePoint } from "./orbit-geometry.ts";

/** turn: about the pole of the ecliptic; tilt: of the plane away from the viewer, 0 from above, 90 from its edge. */
export interface View {
  turn_deg: number;
  tilt_deg: number;
}

export const FROM_ABOVE: View = { turn_deg: 0, tilt_deg: 0 };
export const EDGE_DEG = 90;

const RAD = Math.PI / 180;

/** Turned by so much, not farther than from above to the edge. */
export function turned(view: View, turn_deg: number, tilt_deg: number): View {
  return {
    turn_deg: (((view.turn_deg + turn_deg) % 360) + 360) % 360,
    tilt_deg: Math.min(EDGE_DEG, Math.max(0, view.tilt_deg + tilt_deg)),
  };
}

/** The view at a part (0 to 1) of the way between two, by the shorter turn. */
export function between(from: View, to: View, part: number): View {
  const turn = ((((to.turn_deg - from.turn_deg) % 360) + 540) % 360) - 180;
  return turned(from, turn * part, (to.tilt_deg - from.tilt_deg) * part);
}

/** Where a point is seen: x to the right, y upwards, depth towards the viewer, in the unit of the point. */
export function project({ x, y, z }: SpacePoint, { turn_deg, tilt_deg }: View): PlanePoint & { depth: number } {
  const [turn, tilt] = [turn_deg * RAD, tilt_deg * RAD];
  const away = x * Math.sin(turn) + y * Math.cos(turn);
  return {
    x: x * Math.cos(turn) - y * Math.sin(turn),
    y: away * Math.cos(tilt) + z * Math.sin(tilt),
    depth: z * Math.cos(tilt) - away * Math.sin(tilt),
  };
}

/** The orbit in stretches that lie north (or in the plane) and south of the ecliptic; each begins where the one before
 * ends. */
export function stretches(orbit: OrbitShape, limit_au: number): { south: boolean; points: SpacePoint[] }[] {
  const found: { south: boolean; points: SpacePoint[] }[] = [];
  for (const point of traceOrbit(orbit, limit_au)) {
    const south = point.z < 0;
    const last = found.at(-1);
    if (last && last.south === south) last.points.push(point);
    else found.push({ south, points: [...(last?.points.slice(-1) ?? []), point] });
  }
  return found;
}

/** Where the orbit crosses the ecliptic, as far as it is drawn; none for an orbit in its plane. */
export function nodesOf(orbit: OrbitShape, limit_au: number): { ascending: boolean; point: SpacePoint }[] {
  if (Math.sin(orbit.i_deg * RAD) < 1e-3) return [];
  return [true, false]
    .map((ascending) => ({ ascending, anomaly: (ascending ? 0 : Math.PI) - orbit.peri_deg * RAD }))
    .filter(({ anomaly }) => 1 + orbit.e * Math.cos(anomaly) > 0)
    .map(({ ascending, anomaly }) => ({ ascending, point: pointAt(orbit, anomaly) }))
    .filter(({ point }) => Math.hypot(point.x, point.y) <= limit_au);
}

import { useText } from "@/i18n/language.tsx";
import {
  aphelion,
  earthAt,
  JUPITER,
  jupiterAt,
  pointAt,
  traceOrbit,
  trueAnomaly,
  type OrbitShape,
  type PlanePoint,
} from "@/lib/orbit-geometry.ts";
import type { Degrees } from "@/lib/units.ts";
import classes from "./orbit-plot.module.css";

/** An orbit, and at which moment its object, Earth and Jupiter are to be drawn. */
export interface DrawnOrbit extends Omit<OrbitShape, "q_au"> {
  epoch_mjd_tdb: number;
  a_au?: number | null;
  q_au?: number | null;
  mean_anomaly_deg?: Degrees | null;
}

const SIZE = 400;
/** Open and very long orbits are drawn as far as this, au. */
const FARTHEST_AU = 12;

const JUPITER_REACH_AU = 5.6;

/** The orbit and Earth's, on demand Jupiter's too, from the north of the ecliptic, the equinox to the right. */
export function OrbitPlot({ orbit, withJupiter = false }: { orbit: DrawnOrbit; withJupiter?: boolean }) {
  const text = useText();
  const shape = shapeOf(orbit);
  if (!shape) return null;
  const reach = reachOf(shape, withJupiter);
  const scale = SIZE / 2 / (reach * 1.08);
  const at = (point: PlanePoint) => ({ x: SIZE / 2 + point.x * scale, y: SIZE / 2 - point.y * scale });
  const trace = (traced: OrbitShape) =>
    traceOrbit(traced, reach * 1.4)
      .map(at)
      .map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`)
      .join("");
  const earth = at(earthAt(orbit.epoch_mjd_tdb));
  const perihelion = at(pointAt(shape, 0));
  const asteroid =
    orbit.mean_anomaly_deg === null || orbit.mean_anomaly_deg === undefined || orbit.e >= 1
      ? null
      : at(pointAt(shape, trueAnomaly(orbit.e, orbit.mean_anomaly_deg)));
  const label = withJupiter ? text.catalogue.one.orbitPlot : text.request.orbitPlot;
  return (
    <svg viewBox={`0 0 ${SIZE} ${SIZE}`} className={classes.plot} role="img" aria-label={label}>
      <g fill="none" strokeWidth="1.5">
        <path d={`M0 ${SIZE / 2}H${SIZE}M${SIZE / 2} 0V${SIZE}`} stroke="var(--mantine-color-default-border)" />
        <circle cx={SIZE / 2} cy={SIZE / 2} r={scale} stroke="var(--mantine-color-petrol-5)" />
        {withJupiter && <path d={trace(JUPITER)} stroke="var(--mantine-color-dimmed)" />}
        <path d={trace(shape)} stroke="var(--mantine-color-amber-6)" strokeWidth="2" />
      </g>
      <Mark point={{ x: SIZE / 2, y: SIZE / 2 }} radius={6} fill="#f3bf60" label={text.request.sun} />
      <Mark point={earth} radius={4.5} fill="var(--mantine-color-petrol-5)" label={text.request.earth} />
      {withJupiter && (
        <Mark
          point={at(jupiterAt(orbit.epoch_mjd_tdb))}
          radius={4.5}
          fill="var(--mantine-color-dimmed)"
          label={text.catalogue.one.jupiter}
        />
      )}
      <Mark point={perihelion} radius={2.5} fill="var(--mantine-color-dimmed)" label={text.request.perihelion} />
      {asteroid && (
        <Mark point={asteroid} radius={5.5} fill="var(--mantine-color-amber-6)" label={text.request.asteroid} />
      )}
    </svg>
  );
}

function Mark({ point, radius, fill, label }: { point: PlanePoint; radius: number; fill: string; label: string }) {
  const left = point.x > SIZE * 0.7;
  return (
    <g>
      <circle cx={point.x} cy={point.y} r={radius} fill={fill} />
      <text
        x={point.x + (left ? -10 : 10)}
        y={point.y + 4}
        textAnchor={left ? "end" : "start"}
        fontSize="12"
        fill="var(--mantine-color-dimmed)"
      >
        {label}
      </text>
    </g>
  );
}

/** Half the width of the drawing, au. */
function reachOf(shape: OrbitShape, withJupiter: boolean): number {
  const farthest = Math.max(FARTHEST_AU, 2 * shape.q_au);
  return Math.max(withJupiter ? JUPITER_REACH_AU : 1.15, Math.min(farthest, aphelion(shape) ?? farthest));
}

function shapeOf(orbit: DrawnOrbit): OrbitShape | null {
  const q_au = orbit.q_au ?? (orbit.a_au ? orbit.a_au * (1 - orbit.e) : null);
  return q_au && q_au > 0 ? { ...orbit, q_au } : null;
}

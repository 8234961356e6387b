import { useText } from "@/i18n/language.tsx";
import {
  aphelion,
  earthAt,
  JUPITER,
  MARS,
  MERCURY,
  planetAt,
  pointAt,
  traceOrbit,
  trueAnomaly,
  type OrbitShape,
  type Planet,
  type PlanePoint,
  VENUS,
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
/** Nearer to the Sun the names would cover each other. */
const NAMED_FROM_PX = 44;
const INNER: { name: "mercury" | "venus" | "mars"; planet: Planet }[] = [
  { name: "mercury", planet: MERCURY },
  { name: "venus", planet: VENUS },
  { name: "mars", planet: MARS },
];

interface OrbitPlotProps {
  orbit: DrawnOrbit;
  withJupiter?: boolean;
  /** Mercury, Venus and Mars. */
  withInner?: boolean;
}

/** The orbit and Earth's, on demand other planets' too, from the north of the ecliptic, the equinox to the right. */
export function OrbitPlot({ orbit, withJupiter = false, withInner = false }: OrbitPlotProps) {
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
  const asteroid = asteroidOf(orbit, shape);
  const inner = withInner ? INNER.map(({ name, planet }) => ({ planet, label: text.sky.planets[name] })) : [];
  const label = withInner ? text.sky.orbitPlot : withJupiter ? text.catalogue.one.orbitPlot : text.request.orbitPlot;
  return (
    <svg viewBox={`0 0 ${SIZE} ${SIZE}`} className={classes.plot} role="img" aria-label={label}>
      <g fill="none" strokeWidth="1.5">
        <path d={`M0 ${SIZE / 2}H${SIZE}M${SIZE / 2} 0V${SIZE}`} stroke="var(--mantine-color-default-border)" />
        <circle cx={SIZE / 2} cy={SIZE / 2} r={scale} stroke="var(--mantine-color-petrol-5)" />
        {withJupiter && <path d={trace(JUPITER.shape)} stroke="var(--mantine-color-dimmed)" />}
        {inner.map(({ planet }) => (
          <path
            key={planet.mean_deg}
            d={trace(planet.shape)}
            stroke="var(--mantine-color-dimmed)"
            strokeDasharray="3 4"
            opacity="0.8"
          />
        ))}
        <path d={trace(shape)} stroke="var(--mantine-color-amber-6)" strokeWidth="2" />
      </g>
      <Mark point={{ x: SIZE / 2, y: SIZE / 2 }} radius={6} fill="#f3bf60" label={text.request.sun} />
      <Mark point={earth} radius={4.5} fill="var(--mantine-color-petrol-5)" label={text.request.earth} />
      {withJupiter && (
        <Mark
          point={at(planetAt(JUPITER, orbit.epoch_mjd_tdb))}
          radius={4.5}
          fill="var(--mantine-color-dimmed)"
          label={text.catalogue.one.jupiter}
        />
      )}
      {inner.map(({ planet, label: name }) => (
        <Mark
          key={name}
          point={at(planetAt(planet, orbit.epoch_mjd_tdb))}
          radius={3}
          fill="var(--mantine-color-dimmed)"
          label={planet.shape.q_au * scale < NAMED_FROM_PX ? "" : name}
        />
      ))}
      <Mark point={perihelion} radius={2.5} fill="var(--mantine-color-dimmed)" label={text.request.perihelion} />
      {asteroid && (
        <Mark point={at(asteroid)} radius={5.5} fill="var(--mantine-color-amber-6)" label={text.request.asteroid} />
      )}
    </svg>
  );
}

/** Where the object of a closed orbit stands at the epoch. */
function asteroidOf(orbit: DrawnOrbit, shape: OrbitShape): PlanePoint | null {
  const { mean_anomaly_deg: mean, e } = orbit;
  return mean === null || mean === undefined || e >= 1 ? null : pointAt(shape, trueAnomaly(e, mean));
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

import { useText } from "@/i18n/language.tsx";
import { asteroidOf, reachOf, shapeOf, type DrawnOrbit } from "@/lib/drawn-orbit.ts";
import { placeLabels } from "@/lib/label-places.ts";
import {
  earthAt,
  JUPITER,
  planetAt,
  pointAt,
  traceOrbit,
  type OrbitShape,
  type PlanePoint,
} from "@/lib/orbit-geometry.ts";
import { AMBER, EARTH_COLOUR } from "./orbit-colours.ts";
import { OrbitMark } from "./orbit-mark.tsx";
import { useDrawnSize } from "./use-drawn-size.ts";
import classes from "./orbit-plot.module.css";

/** The orbit, Earth's and on demand Jupiter's, from the north of the ecliptic, the equinox to the right. */
export function OrbitPlot({ orbit, withJupiter = false }: { orbit: DrawnOrbit; withJupiter?: boolean }) {
  const text = useText();
  const [drawing, size] = useDrawnSize();
  const shape = shapeOf(orbit);
  if (!shape) return null;
  const reach = reachOf(shape, withJupiter);
  const scale = size / 2 / (reach * 1.08);
  const at = (point: PlanePoint) => ({ x: size / 2 + point.x * scale, y: size / 2 - point.y * scale });
  const trace = (traced: OrbitShape) =>
    traceOrbit(traced, reach * 1.4)
      .map(at)
      .map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`)
      .join("");
  const asteroid = asteroidOf(orbit, shape);
  const dimmed = "var(--mantine-color-dimmed)";
  // In the order in which their names choose a place.
  const marks = [
    ...(asteroid ? [{ point: asteroid, radius: 5.5, fill: AMBER, label: text.request.asteroid }] : []),
    { point: { x: 0, y: 0 }, radius: 6, fill: "#f3bf60", label: text.request.sun },
    { point: earthAt(orbit.epoch_mjd_tdb), radius: 4.5, fill: EARTH_COLOUR, label: text.request.earth },
    { point: pointAt(shape, 0), radius: 2.5, fill: dimmed, label: text.request.perihelion },
    ...(withJupiter
      ? [
          {
            ...{ point: planetAt(JUPITER, orbit.epoch_mjd_tdb), radius: 4.5, fill: dimmed },
            label: text.catalogue.one.jupiter,
          },
        ]
      : []),
  ].map((mark) => ({ ...mark, point: at(mark.point) }));
  const places = placeLabels(marks, size);
  return (
    <svg
      ref={drawing}
      viewBox={`0 0 ${size} ${size}`}
      className={classes.plot}
      role="img"
      aria-label={withJupiter ? text.catalogue.one.orbitPlot : text.request.orbitPlot}
    >
      <g fill="none" strokeWidth="1.5">
        <path d={`M0 ${size / 2}H${size}M${size / 2} 0V${size}`} stroke="var(--mantine-color-default-border)" />
        <circle cx={size / 2} cy={size / 2} r={scale} stroke={EARTH_COLOUR} />
        {withJupiter && <path d={trace(JUPITER.shape)} stroke={dimmed} />}
        <path d={trace(shape)} stroke={AMBER} strokeWidth="2" />
      </g>
      {marks.map((mark, index) => (
        <OrbitMark key={mark.label} {...mark} place={places[index] ?? null} />
      ))}
    </svg>
  );
}

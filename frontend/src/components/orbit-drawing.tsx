import { useMemo } from "react";
import { useText } from "@/i18n/language.tsx";
import { asteroidOf, reachesJupiter, reachOf, shapeOf, type DrawnOrbit } from "@/lib/drawn-orbit.ts";
import {
  earthAt,
  EARTH,
  JUPITER,
  MARS,
  MERCURY,
  planetAt,
  pointAt,
  traceOrbit,
  VENUS,
  type SpacePoint,
} from "@/lib/orbit-geometry.ts";
import { placeLabels } from "@/lib/label-places.ts";
import { nodesOf, project, stretches, type View } from "@/lib/orbit-view.ts";
import { AMBER, EARTH_COLOUR } from "./orbit-colours.ts";
import { OrbitMark } from "./orbit-mark.tsx";
import { useDrawnSize } from "./use-drawn-size.ts";
import classes from "./orbit-plot.module.css";

/** Nearer to the Sun the names would cover each other. */
const NAMED_FROM_PX = 44;
const DIMMED = "var(--mantine-color-dimmed)";
const INNER = [
  { name: "mercury", planet: MERCURY },
  { name: "venus", planet: VENUS },
  { name: "mars", planet: MARS },
] as const;

/** An orbit in space as it is seen from somewhere: the inner planets, Jupiter where the orbit comes near it, nodes, and
 * what lies south of the ecliptic in dashes. */
export function OrbitDrawing({ orbit, view, label }: { orbit: DrawnOrbit; view: View; label: string }) {
  const [drawing, size] = useDrawnSize();
  const scene = useScene(orbit, size);
  if (!scene) return null;
  const { scale, axes, paths, marks, stem } = scene;
  const at = (point: SpacePoint) => {
    const { x, y, depth } = project(point, view);
    return { x: size / 2 + x * scale, y: size / 2 - y * scale, depth };
  };
  const line = (points: readonly SpacePoint[]) =>
    points
      .map(at)
      .map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`)
      .join("");
  const seen = marks.map((mark) => ({ ...mark, point: at(mark.point) }));
  const places = placeLabels(seen, size);
  const placed = seen.map((mark, index) => ({ ...mark, place: places[index] ?? null }));
  return (
    <svg ref={drawing} viewBox={`0 0 ${size} ${size}`} className={classes.plot} role="img" aria-label={label}>
      <g fill="none" strokeWidth="1.5">
        {axes.map((points, index) => (
          <path key={index} d={line(points)} stroke="var(--mantine-color-default-border)" />
        ))}
        {paths.map(({ points, ...look }, index) => (
          <path key={index} d={line(points)} {...look} />
        ))}
        {stem && <path d={line(stem)} stroke={AMBER} strokeWidth="1" />}
      </g>
      {placed
        .sort((one, other) => one.point.depth - other.point.depth)
        .map(({ key, ...mark }) => (
          <OrbitMark key={key} {...mark} />
        ))}
    </svg>
  );
}

/** All that does not depend on the view; `size`: of the drawing, px. */
function useScene(orbit: DrawnOrbit, size: number) {
  const text = useText();
  return useMemo(() => {
    const shape = shapeOf(orbit);
    if (!shape) return null;
    const { request: words, sky } = text;
    const withJupiter = reachesJupiter(shape);
    const reach = reachOf(shape, withJupiter);
    const scale = size / 2 / (reach * 1.08);
    const asteroid = asteroidOf(orbit, shape);
    const epoch = orbit.epoch_mjd_tdb;
    const planets = [
      ...INNER.map(({ name, planet }) => ({ planet, label: sky.planets[name] })),
      ...(withJupiter ? [{ planet: JUPITER, label: text.catalogue.one.jupiter }] : []),
    ];
    const point = (x: number, y: number) => ({ x, y, z: 0 });
    return {
      scale,
      axes: [
        [point(-reach, 0), point(reach, 0)],
        [point(0, -reach), point(0, reach)],
      ],
      paths: [
        ...planets.map(({ planet }) => ({
          ...{ points: traceOrbit(planet.shape, reach * 1.4), stroke: DIMMED },
          ...{ strokeDasharray: planet === JUPITER ? undefined : "1 3", opacity: 0.8 },
        })),
        { points: traceOrbit(EARTH.shape, reach * 1.4), stroke: EARTH_COLOUR },
        ...stretches(shape, reach * 1.4).map(({ south, points }) => ({
          ...{ points, stroke: AMBER, strokeWidth: 2 },
          ...{ strokeDasharray: south ? "6 4" : undefined },
        })),
      ],
      stem: asteroid && [asteroid, point(asteroid.x, asteroid.y)],
      marks: [
        // In the order in which their names choose a place.
        ...(asteroid ? [{ key: "asteroid", point: asteroid, radius: 5.5, fill: AMBER, label: words.asteroid }] : []),
        { key: "sun", point: point(0, 0), radius: 6, fill: "#f3bf60", label: words.sun },
        { key: "earth", point: earthAt(epoch), radius: 4.5, fill: EARTH_COLOUR, label: words.earth },
        { key: "perihelion", point: pointAt(shape, 0), radius: 2.5, fill: DIMMED, label: words.perihelion },
        ...nodesOf(shape, reach).map(({ ascending, point: node }) => ({
          ...{ key: `node ${ascending}`, point: node, radius: 2.5, fill: AMBER, label: ascending ? "☊" : "☋" },
        })),
        ...planets.map(({ planet, label }) => ({
          ...{ key: label, point: planetAt(planet, epoch), radius: planet === JUPITER ? 4.5 : 3, fill: DIMMED },
          label: planet.shape.q_au * scale < NAMED_FROM_PX ? "" : label,
        })),
      ],
    };
  }, [orbit, text, size]);
}

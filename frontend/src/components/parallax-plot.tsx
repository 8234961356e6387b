import { useText } from "@/i18n/language.tsx";
import { placeLabels } from "@/lib/label-places.ts";
import type { Parallax, Place, SightLine } from "@/lib/parallax.ts";
import { AMBER, EARTH_COLOUR } from "./orbit-colours.ts";
import { OrbitMark } from "./orbit-mark.tsx";
import { useDrawnSize } from "./use-drawn-size.ts";
import classes from "./orbit-plot.module.css";

/** So many lines of sight can be told apart. */
const MOST_LINES = 9;

/** The Earth's way, the object's, and lines of sight between them, from the north of the ecliptic. */
export function ParallaxPlot({ parallax }: { parallax: Parallax }) {
  const text = useText();
  const [drawing, size] = useDrawnSize();
  const { lines } = parallax;
  const places = [{ x: 0, y: 0, z: 0 }, ...lines.flatMap(({ earth, object }) => [earth, object])];
  const { at } = viewOf(places, size);
  const path = (pick: (line: SightLine) => Place) =>
    lines
      .map((line) => at(pick(line)))
      .map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`)
      .join("");
  const shown = spread(lines);
  const [first, last] = [lines[0], lines.at(-1)];
  const day = (line: SightLine) => line.observed_at.slice(0, 10);
  const earthName = (line: SightLine) => {
    if (line === first) return `${text.request.earth} ${day(line)}`;
    return line === last && first && day(line) !== day(first) ? day(line) : "";
  };
  const marks = [
    ...shown.flatMap((line) => [
      { point: at(line.earth), radius: 3.5, fill: EARTH_COLOUR, label: earthName(line) },
      { point: at(line.object), radius: 3.5, fill: AMBER, label: line === last ? text.request.asteroid : "" },
    ]),
    { point: at({ x: 0, y: 0, z: 0 }), radius: 6, fill: "#f3bf60", label: text.request.sun },
  ];
  const names = placeLabels(marks, size);
  return (
    <svg ref={drawing} viewBox={`0 0 ${size} ${size}`} className={classes.plot} role="img" aria-label={text.why.plot}>
      <g stroke="var(--mantine-color-dimmed)" strokeWidth="1" opacity="0.75">
        {shown.map((line) => {
          const [from, to] = [at(line.earth), at(line.object)];
          return <path key={line.observed_at} d={`M${from.x} ${from.y}L${to.x} ${to.y}`} />;
        })}
      </g>
      <path d={path((line) => line.earth)} fill="none" stroke={EARTH_COLOUR} strokeWidth="3" />
      <path d={path((line) => line.object)} fill="none" stroke={AMBER} strokeWidth="3" />
      {marks.map((mark, index) => (
        <OrbitMark key={index} {...mark} place={names[index] ?? null} />
      ))}
    </svg>
  );
}

/** A square of this size, px, that holds all places, the equinox to the right. */
function viewOf(places: readonly Place[], size: number) {
  const xs = places.map(({ x }) => x);
  const ys = places.map(({ y }) => y);
  const middle = { x: (Math.min(...xs) + Math.max(...xs)) / 2, y: (Math.min(...ys) + Math.max(...ys)) / 2 };
  const half = Math.max(Math.max(...xs) - middle.x, Math.max(...ys) - middle.y, 0.1) * 1.2;
  const at = ({ x, y }: Place) => ({
    x: size / 2 + ((x - middle.x) / half) * (size / 2),
    y: size / 2 - ((y - middle.y) / half) * (size / 2),
  });
  return { at };
}

/** The first, the last and some between, evenly in their order. */
function spread(lines: readonly SightLine[]): SightLine[] {
  if (lines.length <= MOST_LINES) return [...lines];
  const step = (lines.length - 1) / (MOST_LINES - 1);
  return Array.from({ length: MOST_LINES }, (_, index) => lines[Math.round(index * step)]).flatMap(
    (line) => line ?? [],
  );
}

import { useText } from "@/i18n/language.tsx";
import type { Parallax, Place, SightLine } from "@/lib/parallax.ts";
import classes from "./orbit-plot.module.css";

const SIZE = 400;
/** So many lines of sight can be told apart. */
const MOST_LINES = 9;

/** The Earth's way, the object's, and lines of sight between them, from the north of the ecliptic. */
export function ParallaxPlot({ parallax }: { parallax: Parallax }) {
  const text = useText();
  const { lines } = parallax;
  const places = [{ x: 0, y: 0, z: 0 }, ...lines.flatMap(({ earth, object }) => [earth, object])];
  const { at } = viewOf(places);
  const path = (pick: (line: SightLine) => Place) =>
    lines
      .map((line) => at(pick(line)))
      .map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`)
      .join("");
  const shown = spread(lines);
  const [first, last] = [lines[0], lines.at(-1)];
  return (
    <svg viewBox={`0 0 ${SIZE} ${SIZE}`} className={classes.plot} role="img" aria-label={text.why.plot}>
      <g stroke="var(--mantine-color-dimmed)" strokeWidth="1" opacity="0.75">
        {shown.map((line) => {
          const [from, to] = [at(line.earth), at(line.object)];
          return <path key={line.observed_at} d={`M${from.x} ${from.y}L${to.x} ${to.y}`} />;
        })}
      </g>
      <path d={path((line) => line.earth)} fill="none" stroke="var(--mantine-color-petrol-5)" strokeWidth="3" />
      <path d={path((line) => line.object)} fill="none" stroke="var(--mantine-color-amber-6)" strokeWidth="3" />
      {shown.map((line) => (
        <g key={line.observed_at}>
          <circle {...centre(at(line.earth))} r="3.5" fill="var(--mantine-color-petrol-5)" />
          <circle {...centre(at(line.object))} r="3.5" fill="var(--mantine-color-amber-6)" />
        </g>
      ))}
      <circle {...centre(at({ x: 0, y: 0, z: 0 }))} r="6" fill="#f3bf60" />
      <Name place={at({ x: 0, y: 0, z: 0 })}>{text.request.sun}</Name>
      {first && <Name place={at(first.earth)}>{`${text.request.earth} ${first.observed_at.slice(0, 10)}`}</Name>}
      {last && <Name place={at(last.earth)}>{last.observed_at.slice(0, 10)}</Name>}
      {last && <Name place={at(last.object)}>{text.request.asteroid}</Name>}
    </svg>
  );
}

interface Point {
  x: number;
  y: number;
}

const centre = ({ x, y }: Point) => ({ cx: x, cy: y });

function Name({ place, children }: { place: Point; children: string }) {
  const left = place.x > SIZE * 0.62;
  return (
    <text
      x={place.x + (left ? -10 : 10)}
      y={Math.min(SIZE - 4, Math.max(12, place.y + 5))}
      textAnchor={left ? "end" : "start"}
      fontSize="14"
      fill="var(--mantine-color-text)"
    >
      {children}
    </text>
  );
}

/** A square that holds all places, the equinox to the right. */
function viewOf(places: readonly Place[]) {
  const xs = places.map(({ x }) => x);
  const ys = places.map(({ y }) => y);
  const middle = { x: (Math.min(...xs) + Math.max(...xs)) / 2, y: (Math.min(...ys) + Math.max(...ys)) / 2 };
  const half = Math.max(Math.max(...xs) - middle.x, Math.max(...ys) - middle.y, 0.1) * 1.2;
  const at = ({ x, y }: Place): Point => ({
    x: SIZE / 2 + ((x - middle.x) / half) * (SIZE / 2),
    y: SIZE / 2 - ((y - middle.y) / half) * (SIZE / 2),
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

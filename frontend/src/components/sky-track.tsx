import { useText } from "@/i18n/language.tsx";
import type { Dictionary } from "@/i18n/en.ts";
import { formatMoment } from "@/lib/moment.ts";
import { formatNumber } from "@/lib/quantity.ts";
import { chartOf, ticksOf, type SkyPlace } from "@/lib/sky-projection.ts";
import classes from "./sky-track.module.css";

export interface TrackPoint extends SkyPlace {
  observed_at: string;
  /** False: left out of the fit. */
  used?: boolean | null;
  /** How much of what fixes the distance it brings, 0 to 1: the size of its dot. */
  information_share?: number | null;
}

const WIDTH = 480;
const HEIGHT = 330;
const MARGIN = { left: 84, right: 12, top: 12, bottom: 30 };
const INNER = { width: WIDTH - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };

/** Measured places joined in order of time, in scale. `points` in that order. */
export function SkyTrack({ points }: { points: readonly TrackPoint[] }) {
  const text = useText();
  const chart = chartOf(points, INNER.width / INNER.height);
  if (!chart) return null;
  const scale = INNER.width / 2 / chart.half;
  const at = (place: { x: number; y: number }) => ({
    x: MARGIN.left + INNER.width / 2 + place.x * scale,
    y: MARGIN.top + INNER.height / 2 - place.y * scale,
  });
  const places = chart.points.map(at);
  const outlier = points.map(({ used }) => used === false);
  const path = places
    .filter((_, index) => !outlier[index])
    .map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`)
    .join("");
  const bottom = MARGIN.top + INNER.height;
  const grid = "var(--mantine-color-default-border)";
  const words = "var(--mantine-color-dimmed)";
  return (
    <figure className={classes.figure}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        className={classes.plot}
        role="img"
        aria-label={text.sky.label(points.length)}
      >
        {ticksOf(chart, "ra", chart.half).map(({ offset, label }) => {
          const { x } = at({ x: offset, y: 0 });
          return (
            <g key={label}>
              <path d={`M${x.toFixed(1)} ${MARGIN.top}V${bottom}`} stroke={grid} />
              <text x={x} y={bottom + 18} textAnchor="middle" fontSize="14" fill={words}>
                {label}
              </text>
            </g>
          );
        })}
        {ticksOf(chart, "dec", (chart.half * INNER.height) / INNER.width).map(({ offset, label }) => {
          const { y } = at({ x: 0, y: offset });
          return (
            <g key={label}>
              <path d={`M${MARGIN.left} ${y.toFixed(1)}H${WIDTH - MARGIN.right}`} stroke={grid} />
              <text x={MARGIN.left - 6} y={y + 4} textAnchor="end" fontSize="14" fill={words}>
                {label}
              </text>
            </g>
          );
        })}
        <path d={path} fill="none" stroke="var(--mantine-color-petrol-5)" strokeWidth="1.5" />
        {places.map(({ x, y }, index) => (
          <circle
            key={`${points[index]?.observed_at} ${index}`}
            cx={x}
            cy={y}
            r={outlier[index] ? 5 : radiusOf(points[index])}
            fill={outlier[index] ? "none" : "var(--mantine-color-petrol-5)"}
            stroke={outlier[index] ? "var(--mantine-color-amber-6)" : "none"}
            strokeWidth="2"
          >
            <title>
              {formatMoment(points[index]?.observed_at ?? "")}
              {outlier[index] ? `, ${text.sky.left}` : shareText(text, points[index])}
            </title>
          </circle>
        ))}
        <EndLabel place={places[0]} point={points[0]} />
        {points.length > 1 && <EndLabel place={places.at(-1)} point={points.at(-1)} />}
      </svg>
      <figcaption className={classes.caption}>
        {text.sky.scale} {points.some(hasShare) && text.sky.sized}
      </figcaption>
    </figure>
  );
}

/** The day of the first and of the last place. */
function EndLabel({ place, point }: { place: { x: number; y: number } | undefined; point: TrackPoint | undefined }) {
  if (!place || !point) return null;
  const right = place.x > WIDTH * 0.62;
  const below = place.y >= HEIGHT / 2;
  return (
    <text
      x={place.x + (right ? -8 : 8)}
      y={place.y + (below ? 18 : -10)}
      textAnchor={right ? "end" : "start"}
      fontSize="14"
      fill="var(--mantine-color-text)"
    >
      {point.observed_at.slice(0, 10)}
    </text>
  );
}

const hasShare = (point: TrackPoint | undefined) => typeof point?.information_share === "number";

/** The area of a dot grows with its share. */
function radiusOf(point: TrackPoint | undefined): number {
  return hasShare(point) ? 2.5 + 9 * Math.sqrt(point?.information_share ?? 0) : 3.5;
}

function shareText(text: Dictionary, point: TrackPoint | undefined): string {
  if (!hasShare(point)) return "";
  return `, ${text.why.share(`${formatNumber(100 * (point?.information_share ?? 0), text.locale, 1)} %`)}`;
}

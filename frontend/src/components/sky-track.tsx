import { useText } from "@/i18n/language.tsx";
import type { Dictionary } from "@/i18n/en.ts";
import { placeLabels } from "@/lib/label-places.ts";
import { formatMoment } from "@/lib/moment.ts";
import { formatNumber } from "@/lib/quantity.ts";
import { chartOf, type SkyPlace } from "@/lib/sky-projection.ts";
import { DrawnName } from "./drawn-name.tsx";
import { SkyAxes, type SkyFrame } from "./sky-axes.tsx";
import { useDrawnSize } from "./use-drawn-size.ts";
import classes from "./sky-track.module.css";

export interface TrackPoint extends SkyPlace {
  observed_at: string;
  /** False: left out of the fit. */
  used?: boolean | null;
  /** How much of what fixes the distance it brings, 0 to 1: the size of its dot. */
  information_share?: number | null;
}

/** As `sky-track.module.css` says. */
const LARGEST_PX = 600;
const LEAST_HEIGHT_PX = 240;
const LEAST_WIDTH_PX = 60;
const HEIGHT_OF_WIDTH = 0.69;
/** Room for the names of the axes, px; at the left for the longest, as `+15°30′00″`. */
const MARGIN = { left: 84, right: 24, top: 8, bottom: 26 };

/** Measured places joined in order of time, in scale. `points` in that order. */
export function SkyTrack({ points }: { points: readonly TrackPoint[] }) {
  const text = useText();
  const [drawing, size] = useDrawnSize(LARGEST_PX);
  const frame = frameOf(size);
  const { width, height } = frame;
  const chart = chartOf(points, width / height);
  if (!chart) return null;
  const perDegree = width / 2 / chart.half;
  const places = chart.points.map(({ x, y }) => ({ x: width / 2 + x * perDegree, y: height / 2 - y * perDegree }));
  const days = daysOf(points);
  const marks = places.map((point, index) => ({
    point,
    radius: radiusOf(points[index]),
    label: days[index] ?? "",
  }));
  const names = placeLabels(marks, width, height);
  const path = places
    .filter((_, index) => !isOutlier(points[index]))
    .map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`)
    .join("");
  return (
    <figure className={classes.figure}>
      <svg
        ref={drawing}
        viewBox={`${-frame.left} ${-MARGIN.top} ${size} ${height + MARGIN.top + MARGIN.bottom}`}
        className={classes.plot}
        role="img"
        aria-label={text.sky.label(points.length)}
      >
        <SkyAxes chart={chart} frame={frame} />
        <path d={path} fill="none" stroke="var(--mantine-color-petrol-5)" strokeWidth="1.5" />
        {marks.map(({ point: { x, y }, radius }, index) => (
          <circle
            key={`${points[index]?.observed_at} ${index}`}
            cx={x}
            cy={y}
            r={radius}
            fill={isOutlier(points[index]) ? "none" : "var(--mantine-color-petrol-5)"}
            stroke={isOutlier(points[index]) ? "var(--mantine-color-amber-6)" : "none"}
            strokeWidth="2"
          >
            <title>
              {formatMoment(points[index]?.observed_at ?? "")}
              {isOutlier(points[index]) ? `, ${text.sky.left}` : shareText(text, points[index])}
            </title>
          </circle>
        ))}
        {marks.map(({ label }, index) => {
          const place = names[index];
          return (
            place && (
              <DrawnName key={index} place={place} fill="var(--mantine-color-text)">
                {label}
              </DrawnName>
            )
          );
        })}
      </svg>
      <figcaption className={classes.caption}>
        {text.sky.scale} {points.some(hasShare) && text.sky.sized}
      </figcaption>
    </figure>
  );
}

/** The chart in a drawing of this width, px. */
function frameOf(size: number): SkyFrame {
  const { left, right, top, bottom } = MARGIN;
  const height = Math.max(LEAST_HEIGHT_PX, HEIGHT_OF_WIDTH * size);
  return { width: Math.max(LEAST_WIDTH_PX, size - left - right), height: height - top - bottom, left, right };
}

/** The day of the first place, and of the last one where it is another; nothing for those between. */
function daysOf(points: readonly TrackPoint[]): string[] {
  const days = points.map(({ observed_at }) => observed_at.slice(0, 10));
  return days.map((day, index) => (index === 0 || (index === days.length - 1 && day !== days[0]) ? day : ""));
}

const isOutlier = (point: TrackPoint | undefined) => point?.used === false;
const hasShare = (point: TrackPoint | undefined) => typeof point?.information_share === "number";

/** The area of a dot grows with its share. */
function radiusOf(point: TrackPoint | undefined): number {
  if (isOutlier(point)) return 5;
  return hasShare(point) ? 2.5 + 9 * Math.sqrt(point?.information_share ?? 0) : 3.5;
}

function shareText(text: Dictionary, point: TrackPoint | undefined): string {
  if (!hasShare(point)) return "";
  return `, ${text.why.share(`${formatNumber(100 * (point?.information_share ?? 0), text.locale, 1)} %`)}`;
}

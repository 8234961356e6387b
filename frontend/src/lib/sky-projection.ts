/** Places on the sky as points of a small chart: the tangent plane at their middle, north up, east to the left. */
import { widthOf } from "./label-places.ts";
import { formatDeclination, formatRightAscension } from "./sexagesimal.ts";
import { degrees, type Degrees } from "./units.ts";

export interface SkyPlace {
  ra_deg: Degrees;
  dec_deg: Degrees;
}

export interface SkyChart {
  /** Middle and half width of the chart, degrees. */
  centre: SkyPlace;
  half: number;
  /** x to the right (west), y up (north), degrees in the tangent plane. */
  points: { x: number; y: number }[];
}

const RAD = Math.PI / 180;
const SMALLEST_HALF_DEG = 5 / 3600;
/** Farther than this from the middle nothing has a place in the tangent plane. */
const FARTHEST_DEG = 85;

/** Gnomonic projection about the mean direction; `ratio`: width over height of the chart. */
export function chartOf(places: readonly SkyPlace[], ratio: number): SkyChart | null {
  if (places.length === 0) return null;
  const centre = meanPlace(places);
  const points = places.map((place) => projected(place, centre));
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const [shiftX, shiftY] = [(left + right) / 2, (low + high) / 2];
  const half = Math.max((right - left) / 2, ((high - low) / 2) * ratio, SMALLEST_HALF_DEG) * 1.18;
  return {
    centre: unprojected({ x: shiftX, y: shiftY }, centre),
    half,
    points: points.map(({ x, y }) => ({ x: x - shiftX, y: y - shiftY })),
  };
}

/** A mark along an axis: offset from the middle, degrees to the right or up, and what stands there. */
export interface SkyTick {
  offset: number;
  label: string;
}

/** Between two names along an axis. */
const APART_PX = 8;

/** Ticks of right ascension for a chart of this width, px. One has no name where that would stand out by more than the
 * room at its side, or come too near to the name before it. */
export function ticksWithRoom(
  chart: SkyChart,
  { width, left, right }: { width: number; left: number; right: number },
): SkyTick[] {
  let free = -left;
  return ticksOf(chart, "ra", chart.half)
    .sort((one, other) => one.offset - other.offset)
    .map(({ offset, label }) => {
      const [middle, half] = [(width / 2) * (1 + offset / chart.half), widthOf(label) / 2];
      if (middle - half < free || middle + half > width + right) return { offset, label: "" };
      free = middle + half + APART_PX;
      return { offset, label };
    });
}

/** Marks at even distances along an axis. */
export function ticksOf(chart: SkyChart, axis: "ra" | "dec", reach: number): SkyTick[] {
  const { centre } = chart;
  const scale = axis === "ra" ? Math.max(0.02, Math.cos(centre.dec_deg * RAD)) : 1;
  const step = stepOf((2 * reach) / scale / 5, axis === "ra" ? RA_STEPS : DEC_STEPS);
  const middle = axis === "ra" ? centre.ra_deg : centre.dec_deg;
  const first = Math.ceil((middle - reach / scale) / step);
  const last = Math.floor((middle + reach / scale) / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
    const value = (first + index) * step;
    const offset = (value - middle) * scale * (axis === "ra" ? -1 : 1);
    return { offset, label: axis === "ra" ? raLabel(value, step) : decLabel(value, step) };
  });
}

const seconds = (values: readonly number[], unit: number) => values.map((value) => value * unit);
const ROUND = [1, 2, 5, 10, 15, 30];
/** Steps that read well: seconds, minutes, whole units; degrees. */
const DEC_STEPS = [...seconds(ROUND, 1 / 3600), ...seconds(ROUND, 1 / 60), 1, 2, 5, 10, 15, 30, 45];
const RA_STEPS = [
  ...seconds([0.1, 0.2, 0.5, ...ROUND], 15 / 3600),
  ...seconds(ROUND, 15 / 60),
  ...seconds([1, 2, 3, 6], 15),
];

const stepOf = (least: number, steps: readonly number[]) => steps.find((step) => step >= least) ?? steps.at(-1) ?? 45;

function raLabel(value: number, step: number): string {
  const text = formatRightAscension(degrees(((value % 360) + 360) % 360), step < 15 / 3600 ? 1 : 0);
  const [hours = "", minutes = "", rest = ""] = text.split(" ");
  if (step >= 15) return `${hours}ʰ`;
  return step >= 15 / 60 ? `${hours}ʰ${minutes}ᵐ` : `${hours}ʰ${minutes}ᵐ${rest}ˢ`;
}

function decLabel(value: number, step: number): string {
  const [whole = "", minutes = "", rest = ""] = formatDeclination(degrees(value), 0).replace("-", "−").split(" ");
  if (step >= 1) return `${whole}°`;
  return step >= 1 / 60 ? `${whole}°${minutes}′` : `${whole}°${minutes}′${rest}″`;
}

function meanPlace(places: readonly SkyPlace[]): SkyPlace {
  const sum = [0, 0, 0];
  for (const { ra_deg, dec_deg } of places) {
    sum[0] = (sum[0] ?? 0) + Math.cos(dec_deg * RAD) * Math.cos(ra_deg * RAD);
    sum[1] = (sum[1] ?? 0) + Math.cos(dec_deg * RAD) * Math.sin(ra_deg * RAD);
    sum[2] = (sum[2] ?? 0) + Math.sin(dec_deg * RAD);
  }
  const [x = 0, y = 0, z = 0] = sum;
  return {
    ra_deg: degrees((Math.atan2(y, x) / RAD + 360) % 360),
    dec_deg: degrees(Math.atan2(z, Math.hypot(x, y)) / RAD),
  };
}

function projected(place: SkyPlace, centre: SkyPlace): { x: number; y: number } {
  const east = (place.ra_deg - centre.ra_deg) * RAD;
  const [dec, dec0] = [place.dec_deg * RAD, centre.dec_deg * RAD];
  const toward = Math.sin(dec0) * Math.sin(dec) + Math.cos(dec0) * Math.cos(dec) * Math.cos(east);
  const depth = Math.max(toward, Math.cos(FARTHEST_DEG * RAD));
  return {
    x: (-Math.cos(dec) * Math.sin(east)) / depth / RAD,
    y: (Math.cos(dec0) * Math.sin(dec) - Math.sin(dec0) * Math.cos(dec) * Math.cos(east)) / depth / RAD,
  };
}

function unprojected({ x, y }: { x: number; y: number }, centre: SkyPlace): SkyPlace {
  const [east, north, dec0] = [-x * RAD, y * RAD, centre.dec_deg * RAD];
  const depth = Math.cos(dec0) - north * Math.sin(dec0);
  const ra = centre.ra_deg + Math.atan2(east, depth) / RAD;
  const dec = Math.atan2(Math.sin(dec0) + north * Math.cos(dec0), Math.hypot(east, depth)) / RAD;
  return { ra_deg: degrees((ra + 360) % 360), dec_deg: degrees(dec) };
}

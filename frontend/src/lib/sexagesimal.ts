/** Right ascension and declination as people write them: degrees, or hours/degrees with minutes and seconds. */
import { degrees, type Degrees } from "./units.ts";

export type AngleProblem = "EMPTY" | "FORMAT" | "RANGE";
export type ParsedAngle = { ok: true; value: Degrees } | { ok: false; problem: AngleProblem };

/** Reads `54.596125` (degrees) or `03 38 23.07`, `3:38:23.07`, `3h38m23.07s` (hours); 0 <= RA < 360. */
export function parseRightAscension(text: string): ParsedAngle {
  const parts = split(text);
  if (!Array.isArray(parts)) return { ok: false, problem: parts };
  if (parts.negative && parts.some((part) => part > 0)) return { ok: false, problem: "RANGE" };
  const value = parts.length === 1 && !parts.marked ? (parts[0] ?? 0) : 15 * join(parts);
  return value < 360 ? { ok: true, value: degrees(value) } : { ok: false, problem: "RANGE" };
}

/** Reads `16.2904` (degrees) or `+16 17 25.5`, `-00:30:12`, `-0°30'12"`; -90 <= Dec <= 90. */
export function parseDeclination(text: string): ParsedAngle {
  const parts = split(text);
  if (!Array.isArray(parts)) return { ok: false, problem: parts };
  const size = join(parts);
  if (size > 90) return { ok: false, problem: "RANGE" };
  // The sign is the text's, not the number's: in `-00 30 12` the leading -00 has none.
  return { ok: true, value: degrees(parts.negative ? -size : size) };
}

/** `03 38 23.070`; seconds rounded first, so that 59.9996 carries over into the minute. */
export function formatRightAscension(value: Degrees, decimals = 3): string {
  const [hours, minutes, seconds] = spread(value / 15, decimals);
  return `${pad(hours % 24)} ${pad(minutes)} ${padSeconds(seconds, decimals)}`;
}

/** `+16 17 25.50`, `-00 30 12.00`. */
export function formatDeclination(value: Degrees, decimals = 2): string {
  const [whole, minutes, seconds] = spread(Math.abs(value), decimals);
  const sign = value < 0 && whole + minutes + seconds > 0 ? "-" : "+";
  return `${sign}${pad(whole)} ${pad(minutes)} ${padSeconds(seconds, decimals)}`;
}

type Parts = number[] & { negative: boolean; marked: boolean };

function split(text: string): Parts | AngleProblem {
  const clean = text.trim().replace(/[−–]/g, "-").replace(/,/g, ".");
  if (clean === "") return "EMPTY";
  const negative = clean.startsWith("-");
  const body = clean.replace(/^[+-]\s*/, "");
  const marked = /[hdms°'"′″]/i.test(body);
  const words = body
    .replace(/[hdms°'"′″:]/gi, " ")
    .trim()
    .split(/\s+/);
  const whole = words.slice(0, -1).every((word) => /^\d+$/.test(word));
  const last = /^(\d+\.?\d*|\.\d+)$/.test(words.at(-1) ?? "");
  if (!whole || !last || words.length > 3) return "FORMAT";
  const numbers = words.map(Number);
  if (numbers.slice(1).some((part) => part >= 60)) return "RANGE";
  return Object.assign(numbers, { negative, marked: marked && /h/i.test(body) });
}

function join(parts: readonly number[]): number {
  const [whole = 0, minutes = 0, seconds = 0] = parts;
  return whole + minutes / 60 + seconds / 3600;
}

function spread(value: number, decimals: number): [number, number, number] {
  const scale = 10 ** decimals;
  const total = Math.round(value * 3600 * scale);
  return [Math.floor(total / (3600 * scale)), Math.floor(total / (60 * scale)) % 60, (total % (60 * scale)) / scale];
}

const pad = (value: number) => String(value).padStart(2, "0");
const padSeconds = (value: number, decimals: number) =>
  value.toFixed(decimals).padStart(decimals > 0 ? decimals + 3 : 2, "0");

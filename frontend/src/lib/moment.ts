/** Moments in UTC, read and written as text: a Date would drop the microseconds that observers record. */

const DATE = /^(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})$/;
const DATE_WITH_FRACTION = /^(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2}\.\d+)$/;
const MOMENT =
  /^(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})[ T]+(\d{1,2})[: ](\d{1,2})(?:[: ](\d{1,2})(\.\d*)?)?\s*(?:Z|UTC?)?$/i;

/** RFC 3339 with Z for `2026-01-02 03:04:05.678`, `…T03:04Z` or the MPC's `2026 01 02.12345`; null: cannot be read. */
export function parseMoment(text: string): string | null {
  const clean = text.trim().replace(",", ".");
  const moment = MOMENT.exec(clean);
  if (moment) return fromClock(moment);
  const fraction = DATE_WITH_FRACTION.exec(clean);
  if (fraction) return fromDayFraction(fraction);
  const date = DATE.exec(clean);
  return date && isDay(date) ? `${day(date)}T00:00:00Z` : null;
}

/** `1801-01-01 19:49:52.32`, with as many decimals as there are. */
export function formatMoment(iso: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(\.\d+)?/.exec(iso);
  if (!match) return iso;
  const decimals = (match[3] ?? "").replace(/\.?0+$/, "");
  return `${match[1] ?? ""} ${match[2] ?? ""}${decimals}`;
}

function fromClock(match: RegExpExecArray): string | null {
  const [hours, minutes, seconds] = [Number(match[4]), Number(match[5]), Number(match[6] ?? 0)];
  if (!isDay(match) || hours > 23 || minutes > 59 || seconds > 59) return null;
  const decimals = (match[7] ?? "").replace(/\.?0*$/, "").slice(0, 7);
  return `${day(match)}T${pad(hours)}:${pad(minutes)}:${pad(seconds)}${decimals}Z`;
}

function fromDayFraction(match: RegExpExecArray): string | null {
  if (!isDay(match)) return null;
  const start = Date.UTC(Number(match[1]), Number(match[2]) - 1, Math.floor(Number(match[3])));
  const milliseconds = Math.round((Number(match[3]) % 1) * 86_400_000);
  return new Date(start + milliseconds).toISOString().replace(/\.?0*Z$/, "Z");
}

function isDay(match: RegExpExecArray): boolean {
  const [year, month, dayOfMonth] = [Number(match[1]), Number(match[2]), Math.floor(Number(match[3]))];
  const date = new Date(Date.UTC(year, month - 1, dayOfMonth));
  return year >= 1000 && date.getUTCMonth() === month - 1 && date.getUTCDate() === dayOfMonth;
}

const day = (match: RegExpExecArray) =>
  `${match[1] ?? ""}-${pad(Number(match[2]))}-${pad(Math.floor(Number(match[3])))}`;
const pad = (value: number) => String(value).padStart(2, "0");

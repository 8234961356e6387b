/** Modified Julian dates and the calendar; the difference of time scales, about a minute, is left alone. */
const MJD_OF_UNIX_EPOCH = 40_587;
const DAY_MS = 86_400_000;

/** `2026-11-20 12:00` of a modified Julian date, in the time scale of that date. */
export function calendarMoment(mjd: number): string {
  return new Date((mjd - MJD_OF_UNIX_EPOCH) * DAY_MS).toISOString().slice(0, 16).replace("T", " ");
}

/** The modified Julian date of a moment in milliseconds since 1970. */
export function modifiedJulianDate(moment_ms: number): number {
  return moment_ms / DAY_MS + MJD_OF_UNIX_EPOCH;
}

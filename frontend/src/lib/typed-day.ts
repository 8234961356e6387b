/** A day of the calendar as people write it, and as `2026-11-20`. */

const ISO = /^(\d{4})-(\d{2})-(\d{2})$/;
const DAY_FIRST = /^(\d{1,2})[-/. ]\s*(\d{1,2})[-/. ]\s*(\d{4})$/;
const WITH_NAME = /^(\d{1,2})\.?[ -]?(\p{L}{3,})\.?[ -]?(\d{4})(?:\s*г\.?)?$/u;

/** The ISO day of `2026-11-20`, `20.11.2026`, `20/11/2026` or `20 Nov 2026` with a month's name in English or in the
 * language given; null: no such day. */
export function readDay(typed: string, locale: string): string | null {
  const clean = typed.trim();
  const iso = ISO.exec(clean);
  if (iso) return isoDay(iso[1], iso[2], iso[3]);
  const numbers = DAY_FIRST.exec(clean);
  if (numbers) return isoDay(numbers[3], numbers[2], numbers[1]);
  const named = WITH_NAME.exec(clean);
  const month = named && monthOf(named[2] ?? "", locale);
  return named && month ? isoDay(named[3], month, named[1]) : null;
}

/** `20 Nov 2026`, or as the language writes days in figures where its short names are long. */
export function writeDay(day: string, locale: string): string {
  if (day === "") return "";
  const month = locale.startsWith("ru") ? "2-digit" : "short";
  return new Intl.DateTimeFormat(locale, { day: "2-digit", month, year: "numeric", timeZone: "UTC" }).format(
    new Date(day),
  );
}

/** The day that it is in UTC. */
export const today = () => new Date().toISOString().slice(0, 10);

const MONTHS = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2026, month, 1)));

/** 1 to 12 for the beginning of a name, also in the case that a day before it asks for (`май`, `мая`). */
function monthOf(name: string, locale: string): number | null {
  const begin = name.toLowerCase().slice(0, 3);
  const found = MONTHS.findIndex((month) =>
    [locale, "en"].some((language) =>
      [{ month: "long" } as const, { month: "long", day: "numeric" } as const].some((parts) =>
        new Intl.DateTimeFormat(language, { ...parts, timeZone: "UTC" })
          .formatToParts(month)
          .some(({ type, value }) => type === "month" && value.toLowerCase().startsWith(begin)),
      ),
    ),
  );
  return found === -1 ? null : found + 1;
}

function isoDay(year = "", month: string | number = "", day = ""): string | null {
  const written = [year, String(month).padStart(2, "0"), day.padStart(2, "0")].join("-");
  const date = new Date(`${written}T00:00:00Z`);
  // 30 February would be taken for 2 March.
  return Number(year) >= 1000 && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(written)
    ? written
    : null;
}

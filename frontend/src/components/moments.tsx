import { None } from "./none.tsx";
import { useText } from "@/i18n/language.tsx";

/** A UTC day with the moment in its title; what the portal itself recorded, not what observers measured. */
export function DayText({ moment }: { moment: string | null }) {
  const text = useText();
  if (moment === null) return <None />;
  return (
    <time dateTime={moment} title={formatWhen(moment, text.locale)} style={{ whiteSpace: "nowrap" }}>
      {formatDay(moment, text.locale)}
    </time>
  );
}

/** `20 Nov 2026`, of a moment in UTC; many rows of a list share a day, so it is formatted once. */
export function formatDay(moment: string, locale: string): string {
  const day = moment.slice(0, 10);
  const key = `${locale} ${day}`;
  const known = days.get(key);
  if (known !== undefined) return known;
  if (days.size >= DAYS_KEPT) days.clear();
  const text = dayFormat(locale).format(new Date(day));
  days.set(key, text);
  return text;
}

const DAYS_KEPT = 1_000;
const days = new Map<string, string>();

/** `20 Nov 2026, 21:24 UTC` */
export function formatWhen(moment: string, locale: string): string {
  return `${momentFormat(locale).format(new Date(moment))} UTC`;
}

/** Making one takes longer than drawing the rest of a row. */
const dayFormat = perLocale({ dateStyle: "medium", timeZone: "UTC" });
const momentFormat = perLocale({ dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });

function perLocale(options: Intl.DateTimeFormatOptions) {
  const made = new Map<string, Intl.DateTimeFormat>();
  return (locale: string) => {
    const known = made.get(locale);
    if (known) return known;
    const format = new Intl.DateTimeFormat(locale, options);
    made.set(locale, format);
    return format;
  };
}

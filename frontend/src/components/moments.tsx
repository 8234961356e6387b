import { None } from "./none.tsx";
import { useText } from "@/i18n/language.tsx";

/** A UTC day with the moment in its title; what the portal itself recorded, not what observers measured. */
export function DayText({ moment }: { moment: string | null }) {
  const text = useText();
  if (moment === null) return <None />;
  return (
    <time dateTime={moment} title={formatWhen(moment, text.locale)} style={{ whiteSpace: "nowrap" }}>
      {dayFormat(text.locale).format(new Date(moment))}
    </time>
  );
}

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

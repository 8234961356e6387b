import { Text } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";

/** A UTC day with the moment in its title; what the portal itself recorded, not what observers measured. */
export function DayText({ moment }: { moment: string | null }) {
  const text = useText();
  if (moment === null) return <Text c="dimmed">{text.common.none}</Text>;
  return (
    <time dateTime={moment} title={formatWhen(moment, text.locale)} style={{ whiteSpace: "nowrap" }}>
      {new Intl.DateTimeFormat(text.locale, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(moment))}
    </time>
  );
}

/** `20 Nov 2026, 21:24 UTC` */
export function formatWhen(moment: string, locale: string): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
  return `${format.format(new Date(moment))} UTC`;
}

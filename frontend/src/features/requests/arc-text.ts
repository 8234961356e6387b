import type { ArcText } from "@/i18n/request-en.ts";
import { formatNumber } from "@/lib/quantity.ts";

/** The time that observations cover, in the unit in which it reads best. */
export function arcText(days: number, locale: string): ArcText {
  const [value, unit, decimals] =
    days < 1 / 12
      ? ([days * 1440, "minutes", 0] as const)
      : days < 1
        ? ([days * 24, "hours", 1] as const)
        : ([days, "days", days < 10 ? 1 : 0] as const);
  return { value: formatNumber(value, locale, decimals), unit };
}

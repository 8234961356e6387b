/** Why the verdict is what it is, in the language of the reader. */
import type { Dictionary } from "@/i18n/en.ts";
import type { ArcText, ReasonWords } from "@/i18n/request-en.ts";
import { formatNumber } from "@/lib/quantity.ts";
import { formatShare } from "./follow-up-text.ts";
import type { RequestDetail, VerdictGrounds } from "./types.ts";

/** The dictionary's sentence; the server's own, which is English, where it has none. */
export function verdictReason(text: Dictionary, request: RequestDetail): string | null {
  const { verdict_grounds: grounds, verdict_reason: said } = request;
  if (!grounds) return said;
  const sentence = text.verdictReasons[grounds.cause];
  return sentence ? sentence(inWords(text, grounds)) : said;
}

function inWords(text: Dictionary, grounds: VerdictGrounds): ReasonWords {
  const { locale } = text;
  const share = (value: number | null) => (value === null ? text.why.unknown : formatShare(value, locale));
  const number = (value: number | null, decimals: number) =>
    value === null ? text.common.none : formatNumber(value, locale, decimals);
  return {
    sigma: share(grounds.relative_sigma),
    alone: share(grounds.relative_sigma_alone),
    times: number(grounds.residual_ratio, (grounds.residual_ratio ?? 0) < 10 ? 1 : 0),
    other: number(grounds.other_distance_au, 2),
    eccentricity: number(grounds.eccentricity, 2),
    leftOut: grounds.left_out_count,
    total: grounds.observation_count,
    seen: text.why.seen(arcText(grounds.arc_days, locale), grounds.night_count),
  };
}

function arcText(days: number, locale: string): ArcText {
  const [value, unit, decimals] =
    days < 1 / 12
      ? ([days * 1440, "minutes", 0] as const)
      : days < 1
        ? ([days * 24, "hours", 1] as const)
        : ([days, "days", days < 10 ? 1 : 0] as const);
  return { value: formatNumber(value, locale, decimals), unit };
}

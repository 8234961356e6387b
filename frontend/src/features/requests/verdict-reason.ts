/** Why the verdict is what it is, in the language of the reader. */
import type { Dictionary } from "@/i18n/en.ts";
import type { ArcText, ReasonWords } from "@/i18n/request-en.ts";
import { formatNumber } from "@/lib/quantity.ts";
import { formatShare } from "./follow-up-text.ts";
import type { Alternative, RequestDetail, VerdictGrounds } from "./types.ts";

/** Up to this ratio of their shares two orbits are told as about equally likely. */
const LIKELIER = 2;

/** The dictionary's sentence; the server's own, which is English, where it has none. */
export function verdictReason(text: Dictionary, request: RequestDetail): string | null {
  const { verdict_grounds: grounds, verdict_reason: said } = request;
  if (!grounds) return said;
  return text.verdictReasons[grounds.cause]?.(inWords(text, grounds, request.alternatives)) ?? said;
}

function inWords(text: Dictionary, grounds: VerdictGrounds, alternatives: readonly Alternative[]): ReasonWords {
  const { locale } = text;
  const share = (value: number | null) => (value === null ? text.why.unknown : formatShare(value, locale));
  const number = (value: number | null, decimals: number) =>
    value === null ? text.common.none : formatNumber(value, locale, decimals);
  return {
    sigma: share(grounds.relative_sigma),
    alone: share(grounds.relative_sigma_alone),
    times: number(grounds.residual_ratio, (grounds.residual_ratio ?? 0) < 10 ? 1 : 0),
    other: number(grounds.other_distance_au, 2),
    rival: rivalText(grounds.other_distance_au, alternatives, locale),
    eccentricity: number(grounds.eccentricity, 2),
    leftOut: grounds.left_out_count,
    total: grounds.observation_count,
    seen: text.why.seen(arcText(grounds.arc_days, locale), grounds.night_count),
  };
}

/** Of the alternative at this distance, au; the orbit shown has what all of them leave. */
function rivalText(au: number | null, alternatives: readonly Alternative[], locale: string): ReasonWords["rival"] {
  const apart = ({ distance_au }: Alternative) => Math.abs(distance_au - (au ?? 0));
  const [rival] = [...alternatives].sort((one, other) => apart(one) - apart(other));
  if (au === null || !rival) return null;
  const shown = 1 - alternatives.reduce((sum, { weight }) => sum + weight, 0);
  const likely = rival.weight * LIKELIER < shown ? "less" : shown * LIKELIER < rival.weight ? "more" : "equal";
  return { likely, share: formatShare(rival.weight, locale) };
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

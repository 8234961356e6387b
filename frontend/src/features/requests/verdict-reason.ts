/** Why the verdict is what it is, in the language of the reader. */
import type { Dictionary } from "@/i18n/en.ts";
import type { ReasonWords } from "@/i18n/request-en.ts";
import { formatNumber, formatSignificant } from "@/lib/quantity.ts";
import { arcText } from "./arc-text.ts";
import { formatPart, formatShare } from "./follow-up-text.ts";
import type { Alternative, RequestDetail, VerdictGrounds } from "./types.ts";

/** Up to this ratio of their shares two orbits are told as about equally likely. */
const LIKELIER = 2;
/** So many of the other orbits are told one by one. */
const MOST_NAMED = 3;
/** Significant digits of their distances. */
const DIGITS = 3;

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
    other:
      grounds.other_distance_au === null
        ? text.common.none
        : formatSignificant(grounds.other_distance_au, locale, DIGITS),
    rivals: rivalsText(alternatives, locale),
    eccentricity: number(grounds.eccentricity, 2),
    leftOut: grounds.left_out_count,
    total: grounds.observation_count,
    seen: text.why.seen(arcText(grounds.arc_days, locale), grounds.night_count),
  };
}

/** The other orbits beside the one shown, which has what all of them leave. */
function rivalsText(alternatives: readonly Alternative[], locale: string): ReasonWords["rivals"] {
  const others = [...alternatives].sort((one, other) => other.weight - one.weight);
  const [likeliest] = others;
  if (!likeliest) return null;
  const sum = (some: readonly Alternative[]) => some.reduce((whole, { weight }) => whole + weight, 0);
  const shown = Math.max(0, 1 - sum(others));
  const rest = others.slice(MOST_NAMED);
  return {
    likely: likeliest.weight * LIKELIER < shown ? "less" : shown * LIKELIER < likeliest.weight ? "more" : "equal",
    count: others.length,
    shown: formatPart(shown, locale),
    named: others.slice(0, MOST_NAMED).map(({ distance_au, weight }) => ({
      au: formatSignificant(distance_au, locale, DIGITS),
      share: formatPart(weight, locale),
    })),
    rest: rest.length > 0 ? { count: rest.length, share: formatPart(sum(rest), locale) } : null,
  };
}

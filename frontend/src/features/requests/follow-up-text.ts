/** What to do next in words, and the coming nights as text to paste into a planner. */
import type { Dictionary } from "@/i18n/en.ts";
import { formatMoment } from "@/lib/moment.ts";
import { formatAtLeast, formatNumber, formatSignificant } from "@/lib/quantity.ts";
import { formatDeclination, formatRightAscension } from "@/lib/sexagesimal.ts";
import { formatWhen } from "@/components/moments.tsx";
import type { FollowUp, FollowUpNight } from "./types.ts";

/** Below this angle from the Sun nothing can be observed. */
export const NEAR_SUN_DEG = 30;
const GOAL = 0.01;
/** Of less, digits would say nothing. */
const LEAST_PART = 1e-6;

/** "Observe again from … by … to reach 1 %", or what there is to say instead; null: only the note says something. */
export function adviceOf(text: Dictionary, followUp: FollowUp): string | null {
  const words = text.request.followUp;
  const [from, by] = [followUp.observe_from, followUp.observe_by];
  const [fromText, byText] = [from, by].map((moment) => moment && formatWhen(moment, text.locale));
  if (followUp.relative_sigma <= GOAL) {
    const known = words.known(formatShare(followUp.relative_sigma, text.locale));
    return byText ? `${known} ${words.keep(byText)}` : known;
  }
  if (from && by && fromText && byText) {
    return Date.parse(from) <= Date.parse(by) ? words.fromBy(fromText, byText) : words.late(byText, fromText);
  }
  if (fromText) return words.from(fromText);
  return byText ? words.by(byText) : null;
}

/** What there is to know besides, in the reader's language where it has words for every remark, else as the server says
 * it; `lang`: of the server's words. */
export function noteOf(text: Dictionary, followUp: FollowUp): { note: string | null; lang: "en" | undefined } {
  const { note, remarks = [], lost_within_deg: lost, highest_altitude_deg: highest, observable_from: again } = followUp;
  const angle = (degrees?: number | null) =>
    typeof degrees === "number" ? `${formatNumber(degrees, text.locale, 0)}°` : null;
  const values = { size: angle(lost), altitude: angle(highest), again: again ? formatWhen(again, text.locale) : null };
  const sentences = remarks.map((word) => text.request.followUp.remarks[word]?.(values));
  if (sentences.length === 0 || sentences.includes(undefined)) return { note, lang: note === null ? undefined : "en" };
  return { note: sentences.join(" "), lang: undefined };
}

/** Why it cannot be observed that night, as the service's word; empty: it can. */
export function hindranceOf(night: FollowUpNight): string {
  return night.hindrance || (night.sun_elongation_deg < NEAR_SUN_DEG ? "NEAR_SUN" : "");
}

/** `1.2 %`, with two digits that mean something. */
export function formatShare(share: number, locale: string): string {
  return `${share > 0 ? formatSignificant(100 * share, locale, 2) : "0"} %`;
}

/** As `formatShare`, of a whole: nearly all of it is not told as all of it, and next to nothing as little. */
export function formatPart(part: number, locale: string): string {
  if (part > 0 && part < LEAST_PART) return `< ${formatShare(LEAST_PART, locale)}`;
  return part < 1 && part >= 0.995 ? "> 99 %" : formatShare(part, locale);
}

/** `12.5″`, `3.2′` or `1.5°`, whichever is easiest to read. */
export function formatAngularSize(arcseconds: number, locale: string): string {
  const [size, unit] =
    arcseconds < 60 ? [arcseconds, "″"] : arcseconds < 3600 ? [arcseconds / 60, "′"] : [arcseconds / 3600, "°"];
  return `${formatAtLeast(size, locale, size < 10 ? 2 : 1)}${unit}`;
}

/** `+0.45`; the sign is always there. */
export function formatSigned(value: number, locale: string, decimals: number): string {
  return `${value > 0 ? "+" : ""}${formatNumber(value, locale, decimals)}`;
}

const COLUMNS =
  "utc ra dec distance_au major_arcsec minor_arcsec angle_deg motion_ra_arcsec_min motion_dec_arcsec_min " +
  "elongation_deg altitude_deg v_mag sigma_after hours sun_altitude_deg moon_deg moon_lit hindrance";

/** All nights as tab-separated text with a heading, plain numbers whatever the language. */
export function nightsAsText(nights: readonly FollowUpNight[]): string {
  return [COLUMNS.split(" "), ...nights.map(cellsOf)].map((cells) => cells.join("\t")).join("\n");
}

function cellsOf(night: FollowUpNight): string[] {
  const optional = (value?: number | null, decimals = 1) => value?.toFixed(decimals) ?? "";
  return [
    formatMoment(night.at),
    formatRightAscension(night.ra_deg, 2),
    formatDeclination(night.dec_deg, 1),
    night.distance_au.toPrecision(7),
    night.ellipse_major_arcsec.toFixed(2),
    night.ellipse_minor_arcsec.toFixed(2),
    night.ellipse_angle_deg.toFixed(0),
    night.motion_ra_arcsec_per_min.toFixed(3),
    night.motion_dec_arcsec_per_min.toFixed(3),
    night.sun_elongation_deg.toFixed(1),
    optional(night.altitude_deg),
    optional(night.magnitude),
    night.relative_sigma_after.toPrecision(2),
    optional(night.observable_hours),
    optional(night.sun_altitude_deg),
    optional(night.moon_separation_deg, 0),
    optional(night.moon_illumination, 2),
    hindranceOf(night),
  ];
}

/** What to do next in words, and the coming nights as text to paste into a planner. */
import type { Dictionary } from "@/i18n/en.ts";
import { formatMoment } from "@/lib/moment.ts";
import { formatNumber } from "@/lib/quantity.ts";
import { formatDeclination, formatRightAscension } from "@/lib/sexagesimal.ts";
import { formatWhen } from "@/components/moments.tsx";
import type { FollowUp, FollowUpNight } from "./types.ts";

/** Below this angle from the Sun nothing can be observed. */
export const NEAR_SUN_DEG = 30;
const GOAL = 0.01;

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

/** `1.2 %`, with two digits that mean something. */
export function formatShare(share: number, locale: string): string {
  const percent = 100 * share;
  const decimals = percent >= 10 || percent === 0 ? 0 : Math.min(6, 1 - Math.floor(Math.log10(percent)));
  return `${formatNumber(percent, locale, decimals)} %`;
}

/** `12.5″`, `3.2′` or `1.5°`, whichever is easiest to read. */
export function formatAngularSize(arcseconds: number, locale: string): string {
  const [size, unit] =
    arcseconds < 60 ? [arcseconds, "″"] : arcseconds < 3600 ? [arcseconds / 60, "′"] : [arcseconds / 3600, "°"];
  return `${formatNumber(size, locale, size < 10 ? 2 : 1)}${unit}`;
}

/** `+0.45`; the sign is always there. */
export function formatSigned(value: number, locale: string, decimals: number): string {
  return `${value > 0 ? "+" : ""}${formatNumber(value, locale, decimals)}`;
}

const COLUMNS =
  "utc ra dec distance_au major_arcsec minor_arcsec angle_deg motion_ra_arcsec_min motion_dec_arcsec_min " +
  "elongation_deg altitude_deg v_mag sigma_after";

/** All nights as tab-separated text with a heading, plain numbers whatever the language. */
export function nightsAsText(nights: readonly FollowUpNight[]): string {
  return [COLUMNS.split(" "), ...nights.map(cellsOf)].map((cells) => cells.join("\t")).join("\n");
}

function cellsOf(night: FollowUpNight): string[] {
  const optional = (value: number | null) => (value === null ? "" : value.toFixed(1));
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
  ];
}

/** The editor's texts and the observation they stand for. */
import type { Dictionary } from "@/i18n/en.ts";
import { formatMoment, parseMoment } from "@/lib/moment.ts";
import { formatDeclination, formatRightAscension, parseDeclination, parseRightAscension } from "@/lib/sexagesimal.ts";
import { arcseconds, type Arcseconds } from "@/lib/units.ts";
import type { Observation, ObservationInput } from "./types.ts";

export interface ObservationTexts {
  time: string;
  ra: string;
  dec: string;
  station: string;
  sigmaRa: string;
  sigmaDec: string;
}

export type ObservationField = keyof ObservationTexts;
export type FieldProblems = Partial<Record<ObservationField, string>>;

export const EMPTY_TEXTS: ObservationTexts = { time: "", ra: "", dec: "", station: "", sigmaRa: "", sigmaDec: "" };

/** Which editor field shows an error of the server, by the last part of its path. */
const FIELD_OF_PATH: Record<string, ObservationField> = {
  observed_at: "time",
  ra_deg: "ra",
  dec_deg: "dec",
  station: "station",
  // Not an input of the editor: a station without a fixed place asks for it.
  observer_position_km: "station",
  sigma_ra_arcsec: "sigmaRa",
  sigma_dec_arcsec: "sigmaDec",
};

/** The editor field that shows this path's error; undefined: none does. An item of a list belongs to the list. */
export function fieldOfPath(path: string): ObservationField | undefined {
  return FIELD_OF_PATH[(path.split(".").at(-1) ?? "").replace(/\[\d+\]$/, "")];
}

export function textsOf(observation: Observation): ObservationTexts {
  return {
    time: formatMoment(observation.observed_at),
    ra: formatRightAscension(observation.ra_deg, 4),
    dec: formatDeclination(observation.dec_deg, 3),
    station: observation.station,
    sigmaRa: observation.sigma_ra_arcsec ? String(observation.sigma_ra_arcsec) : "",
    sigmaDec: observation.sigma_dec_arcsec ? String(observation.sigma_dec_arcsec) : "",
  };
}

/** Whether the texts differ from what is shown of the observation. */
export function isTouched(texts: ObservationTexts, observation: Observation): boolean {
  const shown = textsOf(observation);
  return (Object.keys(shown) as ObservationField[]).some((name) => texts[name] !== shown[name]);
}

type Checked = { values: ObservationInput; problems: null } | { values: null; problems: FieldProblems };

/** What the texts mean, or what is wrong with each of them. `known`: untouched texts keep its full precision. */
export function checkObservation(text: Dictionary, texts: ObservationTexts, known?: Observation): Checked {
  const time = parseMoment(texts.time);
  const ra = parseRightAscension(texts.ra);
  const dec = parseDeclination(texts.dec);
  const sigmaRa = parseSigma(texts.sigmaRa);
  const sigmaDec = parseSigma(texts.sigmaDec);
  const words = text.draft.problems;
  const sigmaProblem = (sigma: Arcseconds | null | undefined) => (sigma === undefined ? words.number : null);
  const found: Record<ObservationField, string | null> = {
    time: timeProblem(text, texts.time, time),
    ra: ra.ok ? null : { EMPTY: words.required, FORMAT: words.ra, RANGE: words.raRange }[ra.problem],
    dec: dec.ok ? null : { EMPTY: words.required, FORMAT: words.dec, RANGE: words.decRange }[dec.problem],
    station: texts.station.trim() === "" ? words.required : null,
    sigmaRa: sigmaProblem(sigmaRa),
    sigmaDec: sigmaProblem(sigmaDec),
  };
  const problems = Object.fromEntries(Object.entries(found).filter(([, problem]) => problem !== null)) as FieldProblems;
  if (Object.keys(problems).length > 0 || time === null || !ra.ok || !dec.ok) return { values: null, problems };
  const read: ObservationInput = {
    observed_at: time,
    ra_deg: ra.value,
    dec_deg: dec.value,
    station: texts.station.trim().toUpperCase(),
    ...(sigmaRa && { sigma_ra_arcsec: sigmaRa }),
    ...(sigmaDec && { sigma_dec_arcsec: sigmaDec }),
  };
  return { values: known ? keepUntouched(read, texts, known) : read, problems: null };
}

/** What the editor shows of a row is rounded; texts that were not touched must not write that back. */
function keepUntouched(read: ObservationInput, texts: ObservationTexts, known: Observation): ObservationInput {
  const shown = textsOf(known);
  return {
    // A sigma that was taken out is gone, not left as it was.
    sigma_ra_arcsec: null,
    sigma_dec_arcsec: null,
    ...read,
    ...(texts.time === shown.time && { observed_at: known.observed_at }),
    ...(texts.ra === shown.ra && { ra_deg: known.ra_deg }),
    ...(texts.dec === shown.dec && { dec_deg: known.dec_deg }),
  };
}

function timeProblem(text: Dictionary, typed: string, time: string | null): string | null {
  if (typed.trim() === "") return text.draft.problems.required;
  if (time === null) return text.draft.problems.time;
  return Date.parse(time) > Date.now() ? text.draft.problems.future : null;
}

/** Null: not given; undefined: not a number above 0. */
function parseSigma(text: string): Arcseconds | null | undefined {
  const clean = text.trim().replace(",", ".");
  if (clean === "") return null;
  const value = Number(clean);
  return value > 0 && Number.isFinite(value) ? arcseconds(value) : undefined;
}

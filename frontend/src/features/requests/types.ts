/** What main_api answers about requests, by its own OpenAPI document; `tests/data/wire` holds recorded answers. */
import type { Api } from "@/lib/api-types.ts";

export type RequestStatus = Api<"RequestStatus">;
export type Verdict = Api<"Verdict">;
export type RequestRow = Api<"RequestRowOutput">;
export type RequestPage = Pick<Api<"RequestRowPage">, "count" | "results">;

/** What is measured is always there; the rest is empty until a calculation reports, and in a preview it is missing. */
export type Observation = MaybeMissing<
  Api<"ObservationOutput">,
  "id" | "observed_at" | "ra_deg" | "dec_deg" | "station"
>;

/** Elements, their sigmas and what follows; null where it has no meaning. */
export type Orbit = MaybeMissing<
  NonNullable<Api<"RequestDetailOutput">["orbit"]>,
  "epoch_mjd_tdb" | "e" | "i_deg" | "node_deg" | "peri_deg" | "rms_arcsec" | "arc_days" | "night_count"
>;

export interface Alternative extends Omit<Api<"AlternativeOutput">, "orbit"> {
  orbit: Orbit | null;
}

/** Why the verdict is what it is: a stable word, and the numbers that the reason names. */
export type VerdictGrounds = Api<"VerdictGroundsOutput">;

/** Where to look in one of the coming nights; the ellipse is that of 1-sigma. */
export type FollowUpNight = Api<"FollowUpNightOutput">;

/** What to do next; the calculation service works it out. */
export type FollowUp = Api<"FollowUpOutput">;

export interface HistoryEntry extends Omit<Api<"HistoryOutput">, "earlier_result" | "calculation_id"> {
  /** What a RESULT_REPLACED replaced: a result as it was then. */
  earlier_result: { verdict: Verdict } | null;
}

type Detail = Api<"RequestDetailOutput">;

export interface RequestDetail extends Omit<Detail, "observations" | "orbit" | "alternatives" | "history"> {
  observations: Observation[];
  orbit: Orbit | null;
  alternatives: Alternative[];
  history: HistoryEntry[];
}

export type CatalogueEntry = NonNullable<Detail["catalogue"]>;

/** What a draft's observation is made of. */
export type ObservationInput = Api<"ObservationInputRequest">;

/** True while the row waits for its calculation: the time to ask often. */
export function isRunning(row: Pick<RequestRow, "status" | "calculation_state">): boolean {
  return row.status === "COMPLETED" && (row.calculation_state === "SCHEDULED" || row.calculation_state === "RUNNING");
}

/** The named fields are there for sure, the others may be null or missing. */
type MaybeMissing<Fields, Sure extends keyof Fields> = { [Name in Sure]: NonNullable<Fields[Name]> } & {
  [Name in Exclude<keyof Fields, Sure>]?: Fields[Name];
};

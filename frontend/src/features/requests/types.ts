/** What main_api answers about requests; `tests/data/wire` holds recorded answers that these must fit. */
import type { CalculationState } from "@/lib/calculation.ts";
import type { Arcseconds, Au, Degrees } from "@/lib/units.ts";

export type RequestStatus = "DRAFT" | "FORMED" | "COMPLETED" | "REJECTED" | "DELETED";
export type Verdict = "DETERMINED" | "WEAK" | "NOT_DETERMINED";

export interface RequestRow {
  id: number;
  status: RequestStatus;
  designation: string;
  creator: string;
  moderator: string | null;
  created_at: string;
  formed_at: string | null;
  completed_at: string | null;
  updated_at: string;
  observation_count: number;
  result_count: number;
  verdict: Verdict | null;
  calculation_id: string | null;
  calculation_state: CalculationState | null;
}

export interface Observation {
  id: number;
  observed_at: string;
  ra_deg: Degrees;
  dec_deg: Degrees;
  station: string;
  sigma_ra_arcsec?: Arcseconds | null;
  sigma_dec_arcsec?: Arcseconds | null;
  result_state?: Verdict | null;
  distance_au?: Au | null;
  distance_sigma_au?: Au | null;
  distance_low_au?: Au | null;
  distance_high_au?: Au | null;
  heliocentric_distance_au?: Au | null;
  residual_ra_arcsec?: Arcseconds | null;
  residual_dec_arcsec?: Arcseconds | null;
  used?: boolean | null;
  /** Share of this observation in what fixes the distance, 0 to 1. */
  information_share?: number | null;
  magnitude?: number | null;
  /** Geocentric, ICRF; for stations without a fixed place. */
  observer_position_km?: number[] | null;
}

export interface Orbit {
  epoch_mjd_tdb: number;
  a_au?: Au | null;
  e: number;
  i_deg: Degrees;
  node_deg: Degrees;
  peri_deg: Degrees;
  mean_anomaly_deg?: Degrees | null;
  sigma_a_au?: Au | null;
  sigma_e?: number | null;
  sigma_i_deg?: Degrees | null;
  sigma_node_deg?: Degrees | null;
  sigma_peri_deg?: Degrees | null;
  sigma_mean_anomaly_deg?: Degrees | null;
  rms_arcsec: Arcseconds;
  chi2_reduced?: number | null;
  arc_days: number;
  night_count: number;
  q_au?: Au | null;
  period_years?: number | null;
  orbit_class?: string | null;
  moid_au?: Au | null;
  uncertainty_u?: number | null;
  h_magnitude?: number | null;
}

export interface Alternative {
  weight: number;
  distance_au: Au;
  orbit: Orbit;
}

/** Why the verdict is what it is: a stable word, and the numbers that the reason names. */
export interface VerdictGrounds {
  cause: string;
  arc_days: number;
  night_count: number;
  observation_count: number;
  left_out_count: number;
  relative_sigma: number | null;
  relative_sigma_alone: number | null;
  residual_ratio: number | null;
  other_distance_au: Au | null;
  eccentricity: number | null;
}

/** Where to look in one of the coming nights; the ellipse is that of 1-sigma. */
export interface FollowUpNight {
  at: string;
  ra_deg: Degrees;
  dec_deg: Degrees;
  distance_au: Au;
  ellipse_major_arcsec: Arcseconds;
  ellipse_minor_arcsec: Arcseconds;
  ellipse_angle_deg: Degrees;
  motion_ra_arcsec_per_min: number;
  motion_dec_arcsec_per_min: number;
  sun_elongation_deg: Degrees;
  altitude_deg: Degrees | null;
  magnitude: number | null;
  relative_sigma_after: number;
}

/** What to do next; the calculation service works it out. */
export interface FollowUp {
  station: string;
  /** Largest relative 1-sigma of the used distances now. */
  relative_sigma: number;
  observe_from: string | null;
  observe_by: string | null;
  note: string | null;
  nights: FollowUpNight[];
}

export interface HistoryEntry {
  at: string;
  actor: string | null;
  action: string;
  note: string | null;
  /** What a RESULT_REPLACED replaced. */
  earlier_result: { verdict: Verdict } | null;
}

export interface RequestDetail extends RequestRow {
  comment: string;
  observations: Observation[];
  orbit: Orbit | null;
  verdict_reason: string | null;
  verdict_grounds: VerdictGrounds | null;
  alternatives: Alternative[];
  follow_up: FollowUp | null;
  error: { reason: string; message: string } | null;
  history: HistoryEntry[];
  /** The asteroid of the catalogue that the designation names; null when it names none, or several. */
  catalogue: CatalogueEntry | null;
}

export interface CatalogueEntry {
  spkid: number;
  full_name: string;
  designation: string;
}

export interface RequestPage {
  count: number;
  results: RequestRow[];
}

/** What a draft's observation is made of. */
export interface ObservationInput {
  observed_at: string;
  ra_deg: Degrees;
  dec_deg: Degrees;
  station: string;
  sigma_ra_arcsec?: Arcseconds | null;
  sigma_dec_arcsec?: Arcseconds | null;
}

/** True while the row waits for its calculation: the time to ask often. */
export function isRunning(row: Pick<RequestRow, "status" | "calculation_state">): boolean {
  return row.status === "COMPLETED" && (row.calculation_state === "SCHEDULED" || row.calculation_state === "RUNNING");
}

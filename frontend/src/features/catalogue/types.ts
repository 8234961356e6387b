/** What main_api answers about asteroids; `tests/data/wire` holds recorded answers that these must fit. */
import type { Calculation } from "@/lib/calculation.ts";
import type { Arcseconds, Au, Degrees } from "@/lib/units.ts";

/** Elements are heliocentric, osculating, ecliptic and equinox J2000; null: the source does not know. */
export interface Asteroid {
  spkid: number;
  full_name: string;
  designation: string;
  name: string | null;
  number: number | null;
  orbit_class: string | null;
  neo: boolean | null;
  pha: boolean | null;
  h_magnitude: number | null;
  epoch_mjd_tdb: number | null;
  a_au: Au | null;
  e: number | null;
  i_deg: Degrees | null;
  node_deg: Degrees | null;
  peri_deg: Degrees | null;
  mean_anomaly_deg: Degrees | null;
  q_au: Au | null;
  tp_mjd_tdb: number | null;
  period_years: number | null;
  g_slope: number | null;
  diameter_km: number | null;
  albedo: number | null;
  moid_au: Au | null;
  condition_code: string | null;
  data_arc_days: number | null;
  first_obs: string | null;
  last_obs: string | null;
  observation_count: number | null;
  rms_arcsec: Arcseconds | null;
  orbit_id: string | null;
  updated_at: string;
}

export interface AsteroidPage {
  count: number;
  results: Asteroid[];
}

/** Counts so far; cumulative. */
export interface SyncCounts {
  object_count?: number;
  page_count?: number;
  done_page_count: number;
  added_count: number;
  updated_count: number;
  unchanged_count: number;
  deleted_count: number;
  objects_per_second: number;
  pass_number: number;
}

export interface SyncCalculation extends Calculation {
  progress?: { fraction: number; stage: string; catalogue_sync?: SyncCounts };
  catalogue_sync_result?: { counts: SyncCounts; duration_s: number; warning: string };
}

export interface Position {
  time: string;
  distance_au: Au;
}

/** Whether every page was stored, so that only the end was left, which deletes: nobody knows how far it came. */
export function mayHaveEnded({ progress }: SyncCalculation): boolean {
  const counts = progress?.catalogue_sync;
  return counts?.page_count !== undefined && counts.done_page_count >= counts.page_count;
}

/** What main_api answers about asteroids, by its own OpenAPI document, and calc_grpc about synchronisations. */
import type { Api } from "@/lib/api-types.ts";
import type { Calculation } from "@/lib/calculation.ts";
import type { Au } from "@/lib/units.ts";

/** Elements are heliocentric, osculating, ecliptic and equinox J2000; null: the source does not know. */
export type Asteroid = Api<"AsteroidOutput">;
export type AsteroidPage = Pick<Api<"AsteroidPage">, "count" | "results">;

/** The run that was started, or `joined` because it ran already. */
export type StartedSync = Api<"SyncOutput">;

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

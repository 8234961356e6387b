/** Rows of `/v1/calculations` of every kind, as protos/astrodist/calc/v1 describes them. */
import type { CalculationState } from "@/lib/calculation.ts";

export const KINDS = ["distance", "pi", "catalogue_sync", "identification"] as const;
export const STATES = ["SCHEDULED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"] as const;

export type ReportState = "STATE_UNSPECIFIED" | "NOT_REQUESTED" | "PENDING" | "DELIVERED" | "REJECTED" | "GIVEN_UP";

/** Delivery of the end to whoever asked to be told. */
export interface Report {
  report_id: string;
  state: ReportState;
  attempt_count: number;
  /** What the last failed attempt said; empty: there was none. */
  last_error: string;
  next_time?: string;
}

export interface Calculation {
  calculation_id: string;
  kind: string;
  creator: string;
  state: CalculationState;
  create_time: string;
  due_time?: string;
  start_time?: string;
  finish_time?: string;
  progress?: { fraction: number; stage: string };
  revision: number;
  report?: Report;
  error?: { reason: string; message: string };
  /** Lists leave all inputs out but this one. */
  pi?: { digit_position: number };
}

/** The request for which a distance is calculated. */
export interface RequestOf {
  id: number;
  designation: string;
  /** Its present calculation, which may have superseded the one in question. */
  calculation_id: string;
}

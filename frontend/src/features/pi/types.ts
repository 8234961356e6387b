/** Rows of `/v1/calculations` with kind `pi`, as protos/astrodist/calc/v1 describes them. */
import type { CalculationPage } from "@/lib/calculation-rows.ts";

export type CalculationState = "SCHEDULED" | "RUNNING" | "SUCCEEDED" | "FAILED" | "CANCELLED";

/** A digit is named by its position: 0 is the 3, n the n-th digit after the point. */
export interface PiResult {
  digit: number;
  /** The digits around it; the first one stands at `context_position`. */
  context: string;
  context_position: number;
  checksum_sha256: string;
  /** Empty when the calculation computed its own digits. */
  source_calculation_id: string;
  kept_digit_count: number;
}

export interface PiCalculation {
  calculation_id: string;
  creator: string;
  state: CalculationState;
  create_time: string;
  due_time?: string;
  start_time?: string;
  finish_time?: string;
  progress: { fraction: number; stage: string };
  revision: number;
  pi: { digit_position: number };
  pi_result?: PiResult;
  error?: { reason: string; message: string };
}

export type PiPage = CalculationPage<PiCalculation>;

export const isFinal = ({ state }: PiCalculation) => state !== "SCHEDULED" && state !== "RUNNING";

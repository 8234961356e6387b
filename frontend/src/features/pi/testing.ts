/** A row of `/v1/calculations` as the gateway prints it, for the tests of this feature. */
import type { PiCalculation, PiResult } from "./types.ts";

export const PI_ID = "0b6c1c50-7f0e-4a52-9d11-2f6a3c1d9e01";

export function piRow(part: Partial<PiCalculation> = {}): PiCalculation {
  return {
    calculation_id: PI_ID,
    creator: "observer",
    state: "SCHEDULED",
    create_time: "2026-11-20T12:00:00Z",
    due_time: "2026-11-20T12:00:00Z",
    progress: { fraction: 0, stage: "" },
    revision: 1,
    pi: { digit_position: 1_000 },
    ...part,
  };
}

export function piResult(part: Partial<PiResult> = {}): PiResult {
  return {
    digit: 9,
    context: "42019893809",
    context_position: 995,
    checksum_sha256: "e3b0c442",
    source_calculation_id: "",
    kept_digit_count: 1_001,
    ...part,
  };
}

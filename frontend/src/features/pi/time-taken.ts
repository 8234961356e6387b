/** How long a calculation still takes. */
import type { PiCalculation } from "./types.ts";

/** A run as it was when this page first saw it; by the page's own clock, which may differ from the server's. */
export interface FirstSight {
  run: string;
  fraction: number;
  at: number;
}

/** What to measure a run's speed from: the first sight of it, a new one when it starts again. */
export function firstSight(known: FirstSight | null, calculation: PiCalculation, now: number): FirstSight | null {
  if (calculation.state !== "RUNNING") return null;
  const run = calculation.start_time ?? "";
  if (known?.run === run && known.fraction <= calculation.progress.fraction) return known;
  return { run, fraction: calculation.progress.fraction, at: now };
}

/** Milliseconds left; null while too little was seen to tell. */
export function estimateLeftMs(sight: FirstSight | null, fraction: number, now: number): number | null {
  if (!sight) return null;
  const [gained, elapsed] = [fraction - sight.fraction, now - sight.at];
  if (gained < 0.02 || elapsed < 1_000) return null;
  return ((1 - fraction) * elapsed) / gained;
}

/** How long calculations take, in words. */
import type { Dictionary } from "@/i18n/en.ts";
import { formatNumber } from "@/lib/quantity.ts";
import type { PiCalculation } from "./types.ts";

/** Milliseconds of the run so far or altogether; null: it never ran. */
export function runMs(calculation: PiCalculation, now: number): number | null {
  const { start_time, finish_time } = calculation;
  if (calculation.state === "SUCCEEDED" && start_time === undefined) return 0;
  if (start_time === undefined) return null;
  return Math.max(0, (finish_time === undefined ? now : Date.parse(finish_time)) - Date.parse(start_time));
}

/** `at once`, `0.42 s`, `9.6 s`, `42 s`, `3 min 5 s`, `1 h 2 min`. */
export function durationText(text: Dictionary, milliseconds: number): string {
  const words = text.pi.duration;
  const seconds = milliseconds / 1_000;
  if (seconds < 0.005) return words.atOnce;
  if (seconds < 0.995) return words.seconds(formatNumber(seconds, text.locale, 2));
  if (seconds < 9.95 && !Number.isInteger(seconds)) return words.seconds(formatNumber(seconds, text.locale, 1));
  const whole = Math.round(seconds);
  if (whole < 60) return words.seconds(String(whole));
  if (whole < 3_600) return words.minutes(Math.floor(whole / 60), whole % 60);
  return words.hours(Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60));
}

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

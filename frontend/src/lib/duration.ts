/** How long things take, in words. */
import type { Dictionary } from "@/i18n/en.ts";
import { formatNumber } from "./quantity.ts";

interface Run {
  state: string;
  start_time?: string;
  finish_time?: string;
}

/** Milliseconds of the run so far or altogether; null: it never ran. */
export function runMs({ state, start_time, finish_time }: Run, now: number): number | null {
  if (state === "SUCCEEDED" && start_time === undefined) return 0;
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

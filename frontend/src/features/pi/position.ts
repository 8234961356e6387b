/** Positions as people write them, and as they read them. */
import { ApiError } from "@/lib/http.ts";

/** int32 of the contract; the server's own bound is lower, and only the server knows it. */
export const LARGEST_POSITION = 2 ** 31 - 1;

export type PositionProblem = "required" | "notWhole" | "negative" | "tooLarge";

/** `1000000`, `1,000,000`, `1 000 000`, `1_000_000` or `1'000'000`. */
export function parsePosition(typed: string, largest = LARGEST_POSITION): number | PositionProblem {
  const clean = typed.trim();
  if (clean === "") return "required";
  if (/^[-−]\d/.test(clean)) return "negative";
  if (!/^\d+$|^\d{1,3}(?:([\s,._'’])\d{3})(?:\1\d{3})*$/.test(clean)) return "notWhole";
  const position = Number(clean.replace(/\D/g, ""));
  return position > largest ? "tooLarge" : position;
}

export function formatCount(value: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** The bound that a refusal of a position names in its message; null: it is no such refusal. */
export function boundOf(error: unknown): number | null {
  if (!(error instanceof ApiError)) return null;
  const refusal = error.fieldErrors.find(isPositionError);
  if (refusal?.reason !== "OUT_OF_RANGE") return null;
  const numbers = (refusal.message.match(/\d[\d,]*/g) ?? []).map((text) => Number(text.replaceAll(",", "")));
  return numbers.length > 0 ? Math.max(...numbers) : null;
}

export const isPositionError = ({ path }: { path: string }) => path === "pi.digit_position";

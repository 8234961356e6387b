/** Positions as people write them, and as they read them. */
import { ApiError } from "@/lib/http.ts";

/** int32 of the contract; the server's own bound is lower, and only the server knows it. */
export const LARGEST_POSITION = 2 ** 31 - 1;
/** The bound of a server that nobody has set to another. */
export const USUAL_LARGEST_POSITION = 10_000_000;

type PositionProblem = "required" | "notWhole" | "negative";

/** `1000000`, `1,000,000`, `1 000 000`, `1_000_000` or `1'000'000`. */
export function parsePosition(typed: string): number | PositionProblem {
  const clean = typed.trim();
  if (clean === "") return "required";
  if (/^[-−]\d/.test(clean)) return "negative";
  if (!/^\d+$|^\d{1,3}(?:([\s,._'’])\d{3})(?:\1\d{3})*$/.test(clean)) return "notWhole";
  return Number(clean.replace(/\D/g, ""));
}

/** The same where the largest position is known; null: it is none. */
export function positionWithin(typed: string, largest: number): number | null {
  const position = parsePosition(typed);
  return typeof position === "number" && position <= largest ? position : null;
}

export function formatCount(value: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** The bound that a refusal of a position names; null: it is no such refusal. */
export function boundOf(error: unknown): number | null {
  if (!(error instanceof ApiError)) return null;
  const { largest_digit_position: bound } = error.values;
  return typeof bound === "string" && /^\d+$/.test(bound) ? Number(bound) : null;
}

export const isPositionError = ({ path }: { path: string }) => path === "pi.digit_position";

import type { ReactNode } from "react";
import { roundBySigma } from "@/lib/quantity.ts";
import { UNITS_PER_AU, type Au, type DistanceUnit } from "@/lib/units.ts";

/** Of lengths, which are never zero. */
export const DIGITS_OF_LENGTHS = 2;

/** `2.7683 ± 0.0012`, both with the digits that mean something; the value with so many at least. */
export function withSigma(
  value: number,
  sigma: number | null | undefined,
  locale: string,
  leastDigits?: number,
): ReactNode {
  const rounded = roundBySigma(value, sigma, locale, leastDigits);
  return (
    <span style={{ whiteSpace: "nowrap" }}>
      {rounded.value}
      {rounded.sigma !== null && <span style={{ opacity: 0.72 }}> ± {rounded.sigma}</span>}
    </span>
  );
}

export function distance(value: Au, sigma: Au | null | undefined, unit: DistanceUnit, locale: string): ReactNode {
  const scale = UNITS_PER_AU[unit];
  return withSigma(value * scale, sigma && sigma * scale, locale, DIGITS_OF_LENGTHS);
}

/** A distance shown to the digits of `sigma` without claiming that it is its own. */
export function distanceLike(value: Au, sigma: Au | null | undefined, unit: DistanceUnit, locale: string): ReactNode {
  const scale = UNITS_PER_AU[unit];
  const rounded = roundBySigma(value * scale, sigma && sigma * scale, locale, DIGITS_OF_LENGTHS);
  return <span style={{ whiteSpace: "nowrap" }}>{rounded.value}</span>;
}

/** Both ends of an interval, each rounded as a value with its sigma. */
export function interval(low: Au, high: Au, unit: DistanceUnit, locale: string): ReactNode {
  const scale = UNITS_PER_AU[unit];
  const sigma = Math.abs(high - low) / 4;
  const ends = [low, high].map((end) => roundBySigma(end * scale, sigma * scale, locale, DIGITS_OF_LENGTHS).value);
  return <span style={{ whiteSpace: "nowrap" }}>{ends.join(" … ")}</span>;
}

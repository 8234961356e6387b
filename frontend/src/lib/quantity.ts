/** Numbers rounded as far as they are known. */

const MAX_DECIMALS = 9;

/** Decimals that show `sigma` with two significant digits: 0.00123 -> 4, 1500 -> -2. */
export function decimalsOfSigma(sigma: number): number {
  return decimalsOf(sigma, 2);
}

/** Decimals that show a number above zero with so many significant digits. */
function decimalsOf(value: number, digits: number): number {
  const exponent = Math.floor(Math.log10(value));
  // 0.0996 rounds to 0.10: the exponent is the rounded number's.
  const rounded = Number(value.toPrecision(digits));
  return Math.min(MAX_DECIMALS, digits - 1 - Math.max(exponent, Math.floor(Math.log10(rounded) + 1e-12)));
}

export interface Rounded {
  value: string;
  sigma: string | null;
}

/** A value and its 1-sigma with the digits that mean something, in the language's own notation. The value keeps so many
 * significant digits however large its sigma is: of a distance "0 ± 20" would say nothing, while a small eccentricity or
 * angle is rightly told as 0. */
export function roundBySigma(
  value: number,
  sigma: number | null | undefined,
  locale: string,
  leastDigits = 0,
): Rounded {
  if (sigma === null || sigma === undefined || !(sigma > 0)) {
    return { value: formatNumber(value, locale, fallbackDecimals(value)), sigma: null };
  }
  const decimals = decimalsOfSigma(sigma);
  const least = leastDigits > 0 && value !== 0 ? decimalsOf(Math.abs(value), leastDigits) : -Infinity;
  return {
    value: formatRounded(value, locale, Math.max(decimals, least)),
    sigma: formatRounded(sigma, locale, decimals),
  };
}

/** A number above zero with so many significant digits. */
export function formatSignificant(value: number, locale: string, digits: number): string {
  return formatRounded(value, locale, decimalsOf(value, digits));
}

/** A number with exactly so many decimals. */
export function formatNumber(value: number, locale: string, decimals: number): string {
  return new Intl.NumberFormat(locale, { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
    .format(value)
    .replace("-", "−");
}

/** As `formatNumber`; what would be rounded to zero without being it is said to be less than the last digit. */
export function formatAtLeast(value: number, locale: string, decimals: number): string {
  const last = 10 ** -decimals;
  return value > 0 && value < last / 2
    ? `< ${formatNumber(last, locale, decimals)}`
    : formatNumber(value, locale, decimals);
}

function formatRounded(value: number, locale: string, decimals: number): string {
  if (decimals >= 0) return formatNumber(value, locale, decimals);
  const scale = 10 ** -decimals;
  return formatNumber(Math.round(value / scale) * scale, locale, 0);
}

function fallbackDecimals(value: number): number {
  const size = Math.abs(value);
  if (size >= 10_000) return 0;
  return size >= 100 ? 1 : 4;
}

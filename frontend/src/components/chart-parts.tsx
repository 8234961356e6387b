/** What the charts have in common, so that all of them look alike. */
import { XAxis, YAxis } from "recharts";

export const GRID = "var(--mantine-color-default-border)";
export const TICK = { fontSize: 12, fill: "var(--mantine-color-dimmed)" };
export const PETROL = "var(--mantine-color-petrol-5)";
export const PALE_PETROL = "color-mix(in srgb, var(--mantine-color-petrol-5) 24%, transparent)";
export const AMBER = "var(--mantine-color-amber-6)";
/** Until the page has measured the place it draws into, px: no wider than on the narrowest phone, or the page is for a
 * moment wider than the screen. */
export const FIRST_SIZE = { width: 280, height: 280 };
export const TOOLTIP = {
  contentStyle: {
    background: "var(--mantine-color-body)",
    border: "1px solid var(--mantine-color-default-border)",
    borderRadius: 8,
    fontSize: 13,
  },
  isAnimationActive: false,
};

/** The keys have the colours of what they stand for, the words that of all text: a pale band's would not be read. */
export const LEGEND = {
  wrapperStyle: { fontSize: 13 },
  formatter: (name: unknown) => <span style={{ color: "var(--mantine-color-text)" }}>{String(name)}</span>,
};

/** Beside a single moment, ms. */
const AROUND_ONE_MS = 43_200_000;

/** `shown`: the first and the last moment of the chart, ms; where they are near each other, its ticks have the hour. */
export function timeAxis(locale: string, [first, last]: readonly [number, number] = [-Infinity, Infinity]) {
  // An axis without a length would have all its ticks in one place.
  const single = first === last && { domain: [first - AROUND_ONE_MS, last + AROUND_ONE_MS], ticks: [first] };
  return (
    <XAxis
      dataKey="time"
      name="time"
      type="number"
      scale="time"
      domain={["dataMin", "dataMax"]}
      tick={TICK}
      stroke={GRID}
      minTickGap={28}
      tickFormatter={(time: number) => tickText(time, locale, last - first)}
      {...single}
    />
  );
}

const SHORT_MS = 4 * 86_400_000;

/** The day; in a chart of a few days its hour instead of its year. */
export function tickText(time: number, locale: string, spanMs: number): string {
  if (spanMs > SHORT_MS) return dayText(time, locale);
  const parts = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false } as const;
  return new Intl.DateTimeFormat(locale, { ...parts, timeZone: "UTC" }).format(time);
}

export function dayText(time: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(
    time,
  );
}

/** An axis of distances in the unit of this name. */
export function distanceAxis(unit: string, locale: string) {
  const format = new Intl.NumberFormat(locale, { notation: "compact", maximumSignificantDigits: 5 });
  return (
    <YAxis
      domain={["auto", "auto"]}
      tick={TICK}
      width={78}
      stroke={GRID}
      label={{ value: unit, angle: -90, position: "insideLeft", fontSize: 12, fill: "var(--mantine-color-dimmed)" }}
      tickFormatter={(value: number) => format.format(value)}
    />
  );
}

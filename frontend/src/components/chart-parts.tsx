/** What the charts have in common, so that all of them look alike. */
import { XAxis, YAxis } from "recharts";

export const GRID = "var(--mantine-color-default-border)";
export const TICK = { fontSize: 12, fill: "var(--mantine-color-dimmed)" };
export const PETROL = "var(--mantine-color-petrol-5)";
export const PALE_PETROL = "color-mix(in srgb, var(--mantine-color-petrol-5) 24%, transparent)";
export const AMBER = "var(--mantine-color-amber-6)";
/** Until the page has measured the place it draws into, px. */
export const FIRST_SIZE = { width: 560, height: 280 };
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

export function timeAxis(locale: string) {
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
      tickFormatter={(time: number) => dayText(time, locale)}
    />
  );
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

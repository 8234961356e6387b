import {
  Area,
  CartesianGrid,
  ComposedChart,
  Legend,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  Tooltip,
  YAxis,
} from "recharts";
import {
  AMBER,
  distanceAxis,
  FIRST_SIZE,
  GRID,
  LEGEND,
  PALE_PETROL,
  PETROL,
  TICK,
  tickText,
  timeAxis,
  TOOLTIP,
} from "@/components/chart-parts.tsx";
import { useText } from "@/i18n/language.tsx";
import { formatNumber } from "@/lib/quantity.ts";
import { UNITS_PER_AU } from "@/lib/units.ts";
import { useDistanceUnit } from "@/lib/preferences.ts";
import type { Observation } from "./types.ts";
import classes from "./request.module.css";

/** Distance with its 95 % band, and the residuals of both coordinates. Loaded when first shown: the library is large. */
export default function Charts({ observations }: { observations: readonly Observation[] }) {
  return (
    <div className={classes.charts}>
      <DistanceChart observations={observations} />
      <ResidualChart observations={observations} />
    </div>
  );
}

/** The first and the last moment, ms. */
function spanOf(observations: readonly Observation[]): [number, number] {
  const times = observations.map((row) => Date.parse(row.observed_at));
  return [Math.min(...times), Math.max(...times)];
}

function DistanceChart({ observations }: { observations: readonly Observation[] }) {
  const text = useText();
  const [unit] = useDistanceUnit();
  const scale = UNITS_PER_AU[unit];
  const rows = observations.flatMap((row) =>
    row.distance_au
      ? [
          {
            time: Date.parse(row.observed_at),
            distance: row.distance_au * scale,
            band: [(row.distance_low_au ?? row.distance_au) * scale, (row.distance_high_au ?? row.distance_au) * scale],
          },
        ]
      : [],
  );
  const [first, last] = spanOf(observations);
  const decimals = unit === "au" ? 4 : unit === "ld" ? 1 : 0;
  const format = (value: unknown): string =>
    Array.isArray(value) ? value.map(format).join(" … ") : formatNumber(Number(value), text.locale, decimals);
  return (
    <figure style={{ margin: 0 }} aria-label={text.request.distanceChart}>
      <div className={classes.chart}>
        <ResponsiveContainer width="100%" height="100%" initialDimension={FIRST_SIZE}>
          <ComposedChart
            aria-label={text.request.distanceChart}
            data={rows}
            margin={{ top: 8, right: 12, bottom: 0, left: 0 }}
          >
            <CartesianGrid stroke={GRID} vertical={false} />
            {timeAxis(text.locale, [first, last])}
            {distanceAxis(text.request.units[unit], text.locale)}
            <Tooltip
              {...TOOLTIP}
              labelFormatter={(time) => tickText(Number(time), text.locale, last - first)}
              formatter={format}
            />
            <Legend {...LEGEND} />
            <Area
              dataKey="band"
              name={text.request.band}
              fill={PALE_PETROL}
              fillOpacity={1}
              legendType="rect"
              stroke="none"
              isAnimationActive={false}
            />
            <Line
              dataKey="distance"
              name={`${text.request.distance}, ${text.request.units[unit]}`}
              stroke={PETROL}
              strokeWidth={2}
              dot={{ r: 2.5, fill: PETROL }}
              isAnimationActive={false}
            />
          </ComposedChart>
        </ResponsiveContainer>
      </div>
    </figure>
  );
}

function ResidualChart({ observations }: { observations: readonly Observation[] }) {
  const text = useText();
  const [first, last] = spanOf(observations);
  const tick = new Intl.NumberFormat(text.locale, { maximumSignificantDigits: 3 });
  const series = (key: "residual_ra_arcsec" | "residual_dec_arcsec") =>
    observations.flatMap((row) => {
      const residual = row[key];
      return residual === null || residual === undefined ? [] : [{ time: Date.parse(row.observed_at), residual }];
    });
  return (
    <figure style={{ margin: 0 }} aria-label={text.request.residualChart}>
      <div className={classes.chart}>
        <ResponsiveContainer width="100%" height="100%" initialDimension={FIRST_SIZE}>
          <ScatterChart aria-label={text.request.residualChart} margin={{ top: 8, right: 12, bottom: 0, left: 0 }}>
            <CartesianGrid stroke={GRID} vertical={false} />
            {timeAxis(text.locale, [first, last])}
            <YAxis
              dataKey="residual"
              type="number"
              tick={TICK}
              width={48}
              stroke={GRID}
              tickFormatter={(value: number) => `${tick.format(value)}″`}
            />
            <ReferenceLine y={0} stroke="var(--mantine-color-dimmed)" />
            <Tooltip
              {...TOOLTIP}
              formatter={(value, name) =>
                name === "time"
                  ? tickText(Number(value), text.locale, last - first)
                  : `${formatNumber(Number(value), text.locale, 2)}″`
              }
            />
            <Legend {...LEGEND} />
            <Scatter
              name={text.request.residualRa}
              data={series("residual_ra_arcsec")}
              fill={PETROL}
              isAnimationActive={false}
            />
            <Scatter
              name={text.request.residualDec}
              data={series("residual_dec_arcsec")}
              fill={AMBER}
              shape="diamond"
              isAnimationActive={false}
            />
          </ScatterChart>
        </ResponsiveContainer>
      </div>
    </figure>
  );
}

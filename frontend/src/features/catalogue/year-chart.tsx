import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip } from "recharts";
import { dayText, distanceAxis, FIRST_SIZE, GRID, PETROL, timeAxis, TOOLTIP } from "@/components/chart-parts.tsx";
import { useText } from "@/i18n/language.tsx";
import { useDistanceUnit } from "@/lib/preferences.ts";
import { formatNumber } from "@/lib/quantity.ts";
import { UNITS_PER_AU } from "@/lib/units.ts";
import type { Position } from "./types.ts";
import classes from "./catalogue.module.css";

/** The distance from the Earth, day by day. Loaded when first shown: the library is large. */
export default function YearChart({ positions }: { positions: readonly Position[] }) {
  const text = useText();
  const [unit] = useDistanceUnit();
  const rows = positions.map((row) => ({
    time: Date.parse(row.time),
    distance: row.distance_au * UNITS_PER_AU[unit],
  }));
  const decimals = unit === "au" ? 4 : unit === "ld" ? 1 : 0;
  return (
    <figure style={{ margin: 0 }} aria-label={text.catalogue.one.chart}>
      <div className={classes.chart}>
        <ResponsiveContainer width="100%" height="100%" initialDimension={FIRST_SIZE}>
          <LineChart
            aria-label={text.catalogue.one.chart}
            data={rows}
            margin={{ top: 8, right: 12, bottom: 0, left: 0 }}
          >
            <CartesianGrid stroke={GRID} vertical={false} />
            {timeAxis(text.locale)}
            {distanceAxis(text.request.units[unit], text.locale)}
            <Tooltip
              {...TOOLTIP}
              labelFormatter={(time) => dayText(Number(time), text.locale)}
              formatter={(value) => formatNumber(Number(value), text.locale, decimals)}
            />
            <Line
              dataKey="distance"
              name={`${text.request.distance}, ${text.request.units[unit]}`}
              stroke={PETROL}
              strokeWidth={2}
              dot={false}
              isAnimationActive={false}
            />
          </LineChart>
        </ResponsiveContainer>
      </div>
    </figure>
  );
}

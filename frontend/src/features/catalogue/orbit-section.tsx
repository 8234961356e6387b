import { useState } from "react";
import { Text } from "@mantine/core";
import { OrbitPlot } from "@/components/orbit-plot.tsx";
import type { DrawnOrbit } from "@/lib/drawn-orbit.ts";
import { Section } from "@/components/section.tsx";
import { useText } from "@/i18n/language.tsx";
import { calendarMoment, modifiedJulianDate } from "@/lib/modified-julian.ts";
import type { Degrees } from "@/lib/units.ts";
import { elementRows, type Row } from "./element-rows.ts";
import type { Asteroid } from "./types.ts";
import classes from "./catalogue.module.css";

const DAYS_PER_JULIAN_YEAR = 365.25;
/** Orbits that stay within this would be too small to be read beside Jupiter's, au. */
const NEAR_SUN_AU = 2;

/** The elements in their units, and the orbit drawn with where everything stands today. */
export function OrbitSection({ asteroid }: { asteroid: Asteroid }) {
  const text = useText();
  const [now] = useState(() => modifiedJulianDate(Date.now()));
  const drawn = drawnOrbit(asteroid, now);
  return (
    <Section
      title={text.catalogue.one.elements}
      {...(asteroid.epoch_mjd_tdb !== null && {
        subtitle: text.request.orbitEpoch(calendarMoment(asteroid.epoch_mjd_tdb)),
      })}
    >
      <div className={classes.columns}>
        <RowList rows={elementRows(text, asteroid)} />
        {drawn && <OrbitPlot orbit={drawn} withJupiter={goesFarOut(drawn)} />}
      </div>
    </Section>
  );
}

/** Labels and values; what is not known has a dash. */
export function RowList({ rows }: { rows: readonly Row[] }) {
  const text = useText();
  return (
    <dl className={classes.facts}>
      {rows.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value ?? <Text c="dimmed">{text.common.none}</Text>}</dd>
        </div>
      ))}
    </dl>
  );
}

function goesFarOut({ a_au, e }: DrawnOrbit): boolean {
  return !a_au || e >= 1 || a_au * (1 + e) > NEAR_SUN_AU;
}

/** The orbit as it is drawn for a day: the mean anomaly moved there, which is enough for a drawing. */
function drawnOrbit(asteroid: Asteroid, mjd: number): DrawnOrbit | null {
  const { epoch_mjd_tdb, e, i_deg, node_deg, peri_deg, mean_anomaly_deg, period_years } = asteroid;
  if (epoch_mjd_tdb === null || e === null || i_deg === null || node_deg === null || peri_deg === null) return null;
  const moved =
    mean_anomaly_deg === null || !period_years
      ? null
      : (mean_anomaly_deg + (360 * (mjd - epoch_mjd_tdb)) / (period_years * DAYS_PER_JULIAN_YEAR)) % 360;
  const { a_au, q_au } = asteroid;
  return { epoch_mjd_tdb: mjd, a_au, q_au, e, i_deg, node_deg, peri_deg, mean_anomaly_deg: moved as Degrees | null };
}

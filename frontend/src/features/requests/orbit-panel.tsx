import { lazy, Suspense, type ReactNode } from "react";
import { AspectRatio, Skeleton, Text } from "@mantine/core";
import type { Dictionary } from "@/i18n/en.ts";
import { useText } from "@/i18n/language.tsx";
import { calendarMoment } from "@/lib/modified-julian.ts";
import { formatNumber } from "@/lib/quantity.ts";
import { arcText } from "./arc-text.ts";
import { DIGITS_OF_LENGTHS, withSigma } from "./quantities.tsx";
import { Section } from "@/components/section.tsx";
import type { Orbit } from "./types.ts";
import classes from "./request.module.css";

const OrbitInSpace = lazy(() => import("@/components/orbit-in-space.tsx"));

/** The elements with their 1-sigma, and the orbit drawn. */
export function OrbitPanel({ orbit }: { orbit: Orbit }) {
  const text = useText();
  return (
    <Section title={text.request.orbit} subtitle={text.request.orbitEpoch(calendarMoment(orbit.epoch_mjd_tdb))}>
      <div className={classes.columns}>
        <dl className={classes.elements}>
          {elementRows(text, orbit).map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value ?? <Text c="dimmed">{text.common.none}</Text>}</dd>
            </div>
          ))}
        </dl>
        <Suspense fallback={<OrbitPlace />}>
          <OrbitInSpace orbit={orbit} />
        </Suspense>
      </div>
    </Section>
  );
}

/** Keeps the room of the drawing until its code is there. */
function OrbitPlace() {
  return (
    <AspectRatio ratio={400 / 480} maw={400} w="100%" mx="auto">
      <Skeleton />
    </AspectRatio>
  );
}

function elementRows(text: Dictionary, orbit: Orbit): [string, ReactNode][] {
  const { elements, units, years } = text.request;
  const { locale } = text;
  const measured = (value: number | null | undefined, sigma: number | null | undefined, unit: string, least = 0) =>
    value === null || value === undefined ? null : (
      <>
        {withSigma(value, sigma, locale, least)}
        {unit}
      </>
    );
  const plain = (value: number | null | undefined, decimals: number, unit = "") =>
    value === null || value === undefined ? null : `${formatNumber(value, locale, decimals)}${unit}`;
  const rows: [string, ReactNode][] = [
    [elements.a, measured(orbit.a_au, orbit.sigma_a_au, ` ${units.au}`, DIGITS_OF_LENGTHS)],
    [elements.e, measured(orbit.e, orbit.sigma_e, "")],
    [elements.i, measured(orbit.i_deg, orbit.sigma_i_deg, "°")],
    [elements.node, measured(orbit.node_deg, orbit.sigma_node_deg, "°")],
    [elements.peri, measured(orbit.peri_deg, orbit.sigma_peri_deg, "°")],
    [elements.meanAnomaly, measured(orbit.mean_anomaly_deg, orbit.sigma_mean_anomaly_deg, "°")],
    [elements.q, plain(orbit.q_au, 4, ` ${units.au}`)],
    [elements.period, plain(orbit.period_years, 2, ` ${years}`)],
    [elements.rms, plain(orbit.rms_arcsec, 2, "″")],
    [elements.chi2, plain(orbit.chi2_reduced, 2)],
    [elements.arc, text.why.arc(arcText(orbit.arc_days, locale))],
    [elements.nights, String(orbit.night_count)],
  ];
  // What need not be known for every orbit is left out rather than shown empty.
  const known: [string, ReactNode][] = [
    [elements.orbitClass, orbit.orbit_class || null],
    [elements.moid, plain(orbit.moid_au, 4, ` ${units.au}`)],
    [elements.uncertainty, plain(orbit.uncertainty_u, 0)],
    [elements.h, plain(orbit.h_magnitude, 1)],
  ];
  return [...rows, ...known.filter(([, value]) => value !== null)];
}

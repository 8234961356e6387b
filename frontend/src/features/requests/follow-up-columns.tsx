import type { ReactNode } from "react";
import { Text } from "@mantine/core";
import type { Column } from "@/components/responsive-table.tsx";
import type { Dictionary } from "@/i18n/en.ts";
import { formatMoment } from "@/lib/moment.ts";
import { formatNumber } from "@/lib/quantity.ts";
import { formatDeclination, formatRightAscension } from "@/lib/sexagesimal.ts";
import { UNITS_PER_AU, type DistanceUnit } from "@/lib/units.ts";
import { formatAngularSize, formatShare, formatSigned, hindranceOf } from "./follow-up-text.ts";
import type { AngleFormat } from "@/lib/preferences.ts";
import type { FollowUpNight } from "./types.ts";
import classes from "./request.module.css";

const DECIMALS: Record<DistanceUnit, number> = { au: 4, km: 0, ld: 1 };

/** Where the object is, how surely, how it moves, whether it can be seen, and what observing it would bring. */
export function nightColumns(text: Dictionary, unit: DistanceUnit, angles: AngleFormat): Column<FollowUpNight>[] {
  const { columns, units, followUp } = text.request;
  const { locale } = text;
  const line = (content: ReactNode, title?: string) => (
    <span className={classes.nowrap} title={title}>
      {content}
    </span>
  );
  const place = (degrees: number, sexagesimal: string) =>
    line(angles === "degrees" ? `${formatNumber(degrees, "en", 5)}°` : sexagesimal);
  const optional = (value: number | null, unitText: string) =>
    value === null ? <Text c="dimmed">{text.common.none}</Text> : `${formatNumber(value, locale, 1)}${unitText}`;
  const below = (words: string | undefined) => (
    <Text component="span" display="block" size="xs" className={classes.nowrap}>
      {words}
    </Text>
  );
  const why = (row: FollowUpNight, ...words: string[]) =>
    words.includes(hindranceOf(row)) && below(followUp.hindrances[hindranceOf(row)]);
  const motion = (value: number) => formatSigned(value, locale, 2);
  return [
    {
      key: "night",
      label: followUp.columns.night,
      phone: "title",
      render: (row) => line(formatMoment(row.at).slice(0, 16)),
    },
    { key: "ra", label: columns.ra, render: (row) => place(row.ra_deg, formatRightAscension(row.ra_deg, 2)) },
    { key: "dec", label: columns.dec, render: (row) => place(row.dec_deg, formatDeclination(row.dec_deg, 1)) },
    {
      key: "ellipse",
      label: followUp.columns.ellipse,
      render: (row) => line(<strong>{ellipse(row, locale)}</strong>, followUp.ellipseTitle),
    },
    {
      key: "motion",
      label: followUp.columns.motion,
      render: (row) => line(`${motion(row.motion_ra_arcsec_per_min)}, ${motion(row.motion_dec_arcsec_per_min)}`),
    },
    {
      key: "elongation",
      label: followUp.columns.elongation,
      render: (row) => (
        <>
          {formatNumber(row.sun_elongation_deg, locale, 0)}°{why(row, "NEAR_SUN")}
        </>
      ),
    },
    {
      key: "altitude",
      label: followUp.columns.altitude,
      render: (row) => (
        <>
          {optional(row.altitude_deg, "°")}
          {row.observable_hours ? below(followUp.hours(formatNumber(row.observable_hours, locale, 1))) : null}
          {why(row, "LOW", "NO_DARKNESS")}
        </>
      ),
    },
    {
      key: "moon",
      label: followUp.columns.moon,
      render: (row) => (
        <>
          {line(moon(row, locale) ?? text.common.none, followUp.moonTitle)}
          {why(row, "NEAR_MOON")}
        </>
      ),
    },
    { key: "magnitude", label: followUp.columns.magnitude, render: (row) => optional(row.magnitude, "") },
    {
      key: "distance",
      label: `${followUp.columns.distance}, ${units[unit]}`,
      render: (row) => line(formatNumber(row.distance_au * UNITS_PER_AU[unit], locale, DECIMALS[unit])),
    },
    {
      key: "after",
      label: followUp.columns.after,
      render: (row) => line(formatShare(row.relative_sigma_after, locale), followUp.afterTitle),
    },
  ];
}

function moon(row: FollowUpNight, locale: string): string | null {
  const { moon_separation_deg: apart, moon_illumination: lit } = row;
  if (typeof apart !== "number" || typeof lit !== "number") return null;
  return `${formatNumber(apart, locale, 0)}°, ${formatNumber(100 * lit, locale, 0)} %`;
}

function ellipse(row: FollowUpNight, locale: string): string {
  const axes = [row.ellipse_major_arcsec, row.ellipse_minor_arcsec].map((axis) => formatAngularSize(axis, locale));
  return `${axes.join(" × ")}, ${formatNumber(row.ellipse_angle_deg, locale, 0)}°`;
}

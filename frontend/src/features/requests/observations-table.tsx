import { useMemo } from "react";
import { Badge, Group, SegmentedControl, Text, Tooltip } from "@mantine/core";
import { ResponsiveTable, type Column } from "@/components/responsive-table.tsx";
import { UnitSwitch } from "@/components/unit-switch.tsx";
import type { Dictionary } from "@/i18n/en.ts";
import { useText } from "@/i18n/language.tsx";
import { formatMoment } from "@/lib/moment.ts";
import { formatNumber } from "@/lib/quantity.ts";
import { formatDeclination, formatRightAscension } from "@/lib/sexagesimal.ts";
import type { DistanceUnit } from "@/lib/units.ts";
import { useAngleFormat, useDistanceUnit, type AngleFormat } from "@/lib/preferences.ts";
import { distance, distanceLike, interval } from "./quantities.tsx";
import type { Observation } from "./types.ts";
import classes from "./request.module.css";

/** What was measured and, once reported, what it says about the distance. */
export function ObservationsTable({ observations }: { observations: readonly Observation[] }) {
  const text = useText();
  const [unit] = useDistanceUnit();
  const [angles] = useAngleFormat();
  const reported = observations.some((row) => row.result_state);
  const columns = useMemo(
    () => [...measuredColumns(text, angles), ...(reported ? resultColumns(text, unit) : [])],
    [text, angles, unit, reported],
  );
  return (
    <ResponsiveTable
      label={text.request.observations}
      columns={columns}
      rows={observations}
      rowKey={(row) => row.id}
      tone={(row) => (row.used === false ? "warning" : undefined)}
    />
  );
}

/** The switches of angles and, with results, of the unit; remembered. */
export function TableSwitches({ withUnit }: { withUnit: boolean }) {
  const text = useText();
  const [angles, setAngles] = useAngleFormat();
  return (
    <Group gap="xs">
      <SegmentedControl
        size="xs"
        aria-label={text.request.angle}
        value={angles}
        onChange={(value) => setAngles(value)}
        data={[
          { value: "sexagesimal", label: text.request.sexagesimal },
          { value: "degrees", label: text.request.decimalDegrees },
        ]}
      />
      {withUnit && <UnitSwitch />}
    </Group>
  );
}

/** What every measured position has, saved or not. */
type Measured = Pick<Observation, "observed_at" | "ra_deg" | "dec_deg" | "station">;

export function measuredColumns(text: Dictionary, angles: AngleFormat): Column<Measured>[] {
  const { columns } = text.request;
  const inDegrees = (value: number) => `${formatNumber(value, "en", 6)}°`;
  return [
    {
      key: "time",
      label: columns.time,
      phone: "title",
      render: (row) => <span className={classes.nowrap}>{formatMoment(row.observed_at)}</span>,
    },
    {
      key: "ra",
      label: columns.ra,
      render: (row) => (
        <span className={classes.nowrap}>
          {angles === "degrees" ? inDegrees(row.ra_deg) : formatRightAscension(row.ra_deg)}
        </span>
      ),
    },
    {
      key: "dec",
      label: columns.dec,
      render: (row) => (
        <span className={classes.nowrap}>
          {angles === "degrees" ? inDegrees(row.dec_deg) : formatDeclination(row.dec_deg)}
        </span>
      ),
    },
    { key: "station", label: columns.station, render: (row) => row.station },
  ];
}

function resultColumns(text: Dictionary, unit: DistanceUnit): Column<Observation>[] {
  const { columns, units, residualUnit } = text.request;
  const { locale } = text;
  const none = <Text c="dimmed">{text.common.none}</Text>;
  const residual = (value: number | null | undefined) =>
    value === null || value === undefined ? "?" : `${value > 0 ? "+" : ""}${formatNumber(value, locale, 2)}`;
  return [
    {
      key: "distance",
      label: `${columns.distance}, ${units[unit]}`,
      render: (row) =>
        row.distance_au ? <strong>{distance(row.distance_au, row.distance_sigma_au, unit, locale)}</strong> : none,
    },
    {
      key: "interval",
      label: `${columns.interval}, ${units[unit]}`,
      render: (row) =>
        row.distance_low_au != null && row.distance_high_au != null
          ? interval(row.distance_low_au, row.distance_high_au, unit, locale)
          : none,
    },
    {
      key: "heliocentric",
      label: `${columns.heliocentric}, ${units[unit]}`,
      render: (row) =>
        row.heliocentric_distance_au
          ? distanceLike(row.heliocentric_distance_au, row.distance_sigma_au, unit, locale)
          : none,
    },
    {
      key: "residuals",
      label: `${columns.residuals}, ${residualUnit}`,
      render: (row) =>
        row.residual_ra_arcsec === null || row.residual_ra_arcsec === undefined ? (
          none
        ) : (
          <span className={classes.nowrap}>
            {residual(row.residual_ra_arcsec)}, {residual(row.residual_dec_arcsec)}
          </span>
        ),
    },
    {
      key: "used",
      label: columns.used,
      render: (row) => <UsedMark used={row.used} />,
    },
  ];
}

function UsedMark({ used }: { used: boolean | null | undefined }) {
  const text = useText();
  if (used === null || used === undefined) return <Text c="dimmed">{text.common.none}</Text>;
  if (used)
    return (
      <span role="img" aria-label={text.request.used}>
        ✓
      </span>
    );
  return (
    <Tooltip label={text.request.outlierWhy}>
      <Badge color="amber" variant="light" tt="none" tabIndex={0}>
        {text.request.outlier}
      </Badge>
    </Tooltip>
  );
}

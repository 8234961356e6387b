import { Badge, Text, Tooltip } from "@mantine/core";
import type { Column } from "@/components/responsive-table.tsx";
import type { Dictionary } from "@/i18n/en.ts";
import { formatMoment } from "@/lib/moment.ts";
import { formatNumber } from "@/lib/quantity.ts";
import type { Arcseconds, DistanceUnit } from "@/lib/units.ts";
import { distance, distanceLike } from "./quantities.tsx";
import type { PredictedObservation } from "./truth-api.ts";
import type { Observation } from "./types.ts";
import classes from "./request.module.css";

/** An observation and what the catalogue's orbit says of it. */
export interface Compared {
  observation: Observation;
  predicted: PredictedObservation;
}

export function truthColumns(text: Dictionary, unit: DistanceUnit): Column<Compared>[] {
  const { truth } = text.catalogue;
  const { columns, units } = text.request;
  const { locale } = text;
  const none = <Text c="dimmed">{text.common.none}</Text>;
  return [
    {
      key: "time",
      label: columns.time,
      phone: "title",
      render: ({ observation }) => <span className={classes.nowrap}>{formatMoment(observation.observed_at)}</span>,
    },
    {
      key: "computed",
      label: `${truth.computed}, ${units[unit]}`,
      render: ({ observation: row }) =>
        row.distance_au ? distance(row.distance_au, row.distance_sigma_au, unit, locale) : none,
    },
    {
      key: "predicted",
      label: `${truth.predicted}, ${units[unit]}`,
      render: ({ observation, predicted }) => (
        <strong>{distanceLike(predicted.distance_au, observation.distance_sigma_au, unit, locale)}</strong>
      ),
    },
    {
      key: "difference",
      label: truth.difference,
      render: (row) => {
        const sigmas = sigmasOf(row);
        if (sigmas === null) return none;
        return truth.sigmas(`${sigmas > 0 ? "+" : ""}${formatNumber(sigmas, locale, 1)}`);
      },
    },
    {
      key: "separation",
      label: truth.separation,
      render: ({ predicted }) => angleText(predicted.separation_arcsec, locale),
    },
    { key: "belongs", label: truth.belongs, render: ({ predicted }) => <Belongs predicted={predicted} text={text} /> },
  ];
}

/** Computed minus predicted distance in units of the computed one's 1-sigma; null: none was computed. */
export function sigmasOf({ observation, predicted }: Compared): number | null {
  const { distance_au, distance_sigma_au } = observation;
  if (!distance_au || !distance_sigma_au) return null;
  return (distance_au - predicted.distance_au) / distance_sigma_au;
}

/** `2.5″`, from ten minutes on `16.0′`, from ten degrees on `12.3°`. */
export function angleText(angle: Arcseconds, locale: string): string {
  if (angle < 600) return `${formatNumber(angle, locale, 1)}″`;
  return angle < 36_000 ? `${formatNumber(angle / 60, locale, 1)}′` : `${formatNumber(angle / 3_600, locale, 1)}°`;
}

function Belongs({ predicted, text }: { predicted: PredictedObservation; text: Dictionary }) {
  const { truth } = text.catalogue;
  if (predicted.belongs) {
    return (
      <span role="img" aria-label={truth.yes}>
        ✓
      </span>
    );
  }
  return (
    <Tooltip label={truth.noWhy(angleText(predicted.tolerance_arcsec, text.locale))}>
      <Badge color="amber" variant="light" tt="none" tabIndex={0}>
        {truth.no}
      </Badge>
    </Tooltip>
  );
}

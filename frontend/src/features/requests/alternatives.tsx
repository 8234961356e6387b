import { useMemo } from "react";
import { ResponsiveTable, type Column } from "@/components/responsive-table.tsx";
import { useText } from "@/i18n/language.tsx";
import { formatNumber } from "@/lib/quantity.ts";
import { useDistanceUnit } from "@/lib/preferences.ts";
import { formatPart } from "./follow-up-text.ts";
import { distance } from "./quantities.tsx";
import { Section } from "@/components/section.tsx";
import type { Alternative } from "./types.ts";

/** Other orbits that the observations allow, the likeliest first. */
export function Alternatives({ alternatives }: { alternatives: readonly Alternative[] }) {
  const text = useText();
  const [unit] = useDistanceUnit();
  const columns = useMemo<Column<Alternative>[]>(
    () => [
      {
        key: "weight",
        label: text.request.weight,
        render: (row) => formatPart(row.weight, text.locale),
      },
      {
        key: "distance",
        label: `${text.request.distance}, ${text.request.units[unit]}`,
        render: (row) => distance(row.distance_au, null, unit, text.locale),
      },
      {
        key: "a",
        label: `${text.request.elements.a}, ${text.request.units.au}`,
        render: ({ orbit }) => (orbit?.a_au ? formatNumber(orbit.a_au, text.locale, 3) : text.common.none),
      },
      {
        key: "e",
        label: text.request.elements.e,
        render: ({ orbit }) => (orbit ? formatNumber(orbit.e, text.locale, 3) : text.common.none),
      },
      {
        key: "i",
        label: `${text.request.elements.i}, °`,
        render: ({ orbit }) => (orbit ? formatNumber(orbit.i_deg, text.locale, 2) : text.common.none),
      },
    ],
    [text, unit],
  );
  return (
    <Section title={text.request.alternatives} subtitle={text.request.alternativesText} bare>
      <ResponsiveTable
        label={text.request.alternatives}
        columns={columns}
        rows={alternatives}
        rowKey={(row) => `${row.weight} ${row.distance_au}`}
      />
    </Section>
  );
}

import { useMemo } from "react";
import { Anchor, Text } from "@mantine/core";
import { Link } from "wouter";
import { ResponsiveTable, type Column } from "@/components/responsive-table.tsx";
import type { Dictionary } from "@/i18n/en.ts";
import { useText } from "@/i18n/language.tsx";
import { formatNumber } from "@/lib/quantity.ts";
import { Marks } from "./marks.tsx";
import type { Asteroid } from "./types.ts";

export function ListTable({ rows }: { rows: readonly Asteroid[] }) {
  const text = useText();
  const columns = useMemo(() => listColumns(text), [text]);
  return <ResponsiveTable label={text.catalogue.title} columns={columns} rows={rows} rowKey={(row) => row.spkid} />;
}

function listColumns(text: Dictionary): Column<Asteroid>[] {
  const { columns, classes } = text.catalogue;
  const none = <Text c="dimmed">{text.common.none}</Text>;
  const number = (value: number | null, decimals: number, unit = "") =>
    value === null ? none : `${formatNumber(value, text.locale, decimals)}${unit}`;
  return [
    {
      key: "name",
      label: columns.name,
      phone: "title",
      render: (row) => (
        <Anchor component={Link} to={`/asteroids/${row.spkid}`} fz="inherit" fw={600} c="inherit">
          {row.full_name}
        </Anchor>
      ),
    },
    { key: "marks", label: columns.marks, phone: "bare", render: (row) => <Marks asteroid={row} /> },
    {
      key: "class",
      label: columns.orbitClass,
      render: ({ orbit_class }) => (orbit_class === null ? none : (classes[orbit_class] ?? orbit_class)),
    },
    { key: "h", label: columns.h, align: "right", render: (row) => number(row.h_magnitude, 2) },
    { key: "diameter", label: columns.diameter, align: "right", render: (row) => number(row.diameter_km, 2) },
    { key: "a", label: columns.a, align: "right", render: (row) => number(row.a_au, 4) },
    { key: "e", label: columns.e, align: "right", render: (row) => number(row.e, 4) },
    { key: "i", label: columns.i, align: "right", render: (row) => number(row.i_deg, 2, "°") },
    { key: "moid", label: columns.moid, align: "right", render: (row) => number(row.moid_au, 4) },
  ];
}

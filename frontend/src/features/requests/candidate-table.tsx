import { useMemo } from "react";
import { Anchor } from "@mantine/core";
import { Link } from "wouter";
import { ResponsiveTable, type Column } from "@/components/responsive-table.tsx";
import type { Dictionary } from "@/i18n/en.ts";
import { useText } from "@/i18n/language.tsx";
import { formatNumber } from "@/lib/quantity.ts";
import { angleText } from "./truth-columns.tsx";
import type { Candidate } from "./identify-api.ts";

/** The asteroids that fit, the closest first; `total` observations were compared. */
export function CandidateTable({ candidates, total }: { candidates: readonly Candidate[]; total: number }) {
  const text = useText();
  const columns = useMemo(() => candidateColumns(text, total), [text, total]);
  return (
    <ResponsiveTable
      label={text.catalogue.identify.table}
      columns={columns}
      rows={candidates}
      rowKey={(row) => row.spkid}
    />
  );
}

function candidateColumns(text: Dictionary, total: number): Column<Candidate>[] {
  const { columns, matching } = text.catalogue.identify;
  const { locale } = text;
  const number = (value: number | undefined, decimals: number) =>
    value === undefined ? text.common.none : formatNumber(value, locale, decimals);
  return [
    {
      key: "name",
      label: columns.name,
      phone: "title",
      render: (row) => (
        <Anchor component={Link} to={`/asteroids/${row.spkid}`} fz="inherit" fw={600} c="inherit">
          {[row.designation, row.name].filter(Boolean).join(" ")}
        </Anchor>
      ),
    },
    { key: "separation", label: columns.separation, render: (row) => angleText(row.separation_arcsec, locale) },
    { key: "largest", label: columns.largest, render: (row) => angleText(row.largest_separation_arcsec, locale) },
    { key: "matching", label: columns.matching, render: (row) => matching(row.matching_count, total) },
    { key: "motion", label: columns.motion, render: (row) => number(row.motion_difference_arcsec_per_min, 3) },
    { key: "h", label: columns.h, render: (row) => number(row.h_magnitude, 1) },
    { key: "epoch", label: columns.fromEpoch, render: (row) => number(row.days_from_epoch, 0) },
  ];
}

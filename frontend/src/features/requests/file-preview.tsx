import { useMemo, useState } from "react";
import { Button, Stack, Title } from "@mantine/core";
import { ResponsiveTable, type Column } from "@/components/responsive-table.tsx";
import { SkyTrack } from "@/components/sky-track.tsx";
import { useText } from "@/i18n/language.tsx";
import type { Dictionary } from "@/i18n/en.ts";
import { formatNumber } from "@/lib/quantity.ts";
import { useAngleFormat } from "@/lib/preferences.ts";
import type { FileRow } from "./intake-api.ts";
import { measuredColumns } from "./observations-table.tsx";
import classes from "./intake.module.css";

const SHOWN_AT_FIRST = 8;

/** What was understood of a file: its rows, and where they lie on the sky. */
export function FilePreview({ rows }: { rows: readonly FileRow[] }) {
  const text = useText();
  const [angles] = useAngleFormat();
  const [all, setAll] = useState(false);
  const columns = useMemo(() => [...measuredColumns(text, angles), ...statedColumns(text, rows)], [text, angles, rows]);
  const inTime = useMemo(
    () => [...rows].sort((one, other) => one.observed_at.localeCompare(other.observed_at)),
    [rows],
  );
  // One line of a file may hold several observations, and of a list every row has a line of its own.
  const keys = useMemo(() => new Map(rows.map((row, index) => [row, `${row.line} ${index}`])), [rows]);
  if (rows.length === 0) return null;
  return (
    <section aria-label={text.intake.preview}>
      <Stack gap="sm">
        <Title order={2}>{text.intake.preview}</Title>
        <div className={classes.preview}>
          <Stack gap={4}>
            <ResponsiveTable
              label={text.intake.previewTable}
              columns={columns}
              rows={all ? rows : rows.slice(0, SHOWN_AT_FIRST)}
              rowKey={(row) => keys.get(row) ?? row.line}
            />
            {rows.length > SHOWN_AT_FIRST && (
              <div>
                <Button variant="subtle" size="compact-sm" aria-expanded={all} onClick={() => setAll(!all)}>
                  {all ? text.intake.previewLess : text.intake.previewMore(rows.length)}
                </Button>
              </div>
            )}
          </Stack>
          <div className={classes.sky}>
            <SkyTrack points={inTime} />
          </div>
        </div>
      </Stack>
    </section>
  );
}

/** Magnitude and uncertainties where a row has them; the line of the file. */
function statedColumns(text: Dictionary, rows: readonly FileRow[]): Column<FileRow>[] {
  const stated = {
    magnitude: rows.some((row) => typeof row.magnitude === "number"),
    sigmas: rows.some((row) => row.sigma_ra_arcsec || row.sigma_dec_arcsec),
    line: true,
  };
  return allStatedColumns(text).filter(({ key }) => stated[key as keyof typeof stated]);
}

function allStatedColumns(text: Dictionary): Column<FileRow>[] {
  const sigma = (value: number | null | undefined) => (value ? formatNumber(value, text.locale, 2) : text.common.none);
  return [
    {
      key: "magnitude",
      label: text.intake.magnitude,
      render: ({ magnitude, band }) =>
        magnitude === null ? text.common.none : `${formatNumber(magnitude, text.locale, 1)} ${band ?? ""}`.trim(),
    },
    {
      key: "sigmas",
      label: text.intake.sigmas,
      render: (row) =>
        row.sigma_ra_arcsec || row.sigma_dec_arcsec
          ? `${sigma(row.sigma_ra_arcsec)}, ${sigma(row.sigma_dec_arcsec)}`
          : text.common.none,
    },
    { key: "line", label: text.intake.lineColumn, align: "right", render: (row) => row.line },
  ];
}

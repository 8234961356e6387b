import { useMemo } from "react";
import { formatWhen } from "@/components/moments.tsx";
import { ResponsiveTable, type Column } from "@/components/responsive-table.tsx";
import type { Dictionary } from "@/i18n/en.ts";
import { useText } from "@/i18n/language.tsx";
import { useRequestsOf } from "./api.ts";
import { ErrorCell, NameLink, RanCell, ReportCell, StateCell, WaitedCell } from "./cells.tsx";
import { Steps } from "./steps.tsx";
import type { Calculation, RequestOf } from "./types.ts";

/** Calculations of every kind, one line each. */
export function ListTable({ rows }: { rows: readonly Calculation[] }) {
  const text = useText();
  const ids = useMemo(() => rows.filter((row) => row.kind === "distance").map((row) => row.calculation_id), [rows]);
  const requests = useRequestsOf(ids);
  const columns = useMemo(() => listColumns(text, requests), [text, requests]);
  return <ResponsiveTable label={text.calculations.all} columns={columns} rows={rows} rowKey={idOf} tone={toneOf} />;
}

const idOf = (row: Calculation) => row.calculation_id;

/** What nobody was told of needs a look. */
const toneOf = ({ report }: Calculation) =>
  report?.state === "GIVEN_UP" || report?.state === "REJECTED" ? "warning" : undefined;

function listColumns(text: Dictionary, requests: ReadonlyMap<string, RequestOf | null>): Column<Calculation>[] {
  const { calculations: words } = text;
  const { columns } = words;
  const requestOf = (row: Calculation) => requests.get(row.calculation_id) ?? undefined;
  return [
    {
      key: "kind",
      label: columns.kind,
      phone: "title",
      render: (row) => <NameLink row={row} request={requestOf(row)} />,
    },
    { key: "state", label: columns.state, render: (row) => <StateCell row={row} /> },
    { key: "creator", label: columns.creator, render: (row) => row.creator || words.nobody },
    { key: "created", label: columns.created, render: (row) => <Created moment={row.create_time} /> },
    { key: "waited", label: columns.waited, render: (row) => <WaitedCell row={row} /> },
    { key: "ran", label: columns.ran, render: (row) => <RanCell row={row} /> },
    { key: "report", label: columns.report, render: (row) => <ReportCell report={row.report} /> },
    { key: "error", label: columns.error, phone: "wide", render: (row) => <ErrorCell row={row} /> },
    {
      key: "actions",
      label: columns.actions,
      phone: "bare",
      align: "right",
      render: (row) => <Steps row={row} request={requestOf(row)} />,
    },
  ];
}

function Created({ moment }: { moment: string }) {
  const text = useText();
  return <time dateTime={moment}>{formatWhen(moment, text.locale)}</time>;
}

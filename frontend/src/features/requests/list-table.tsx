import { useMemo } from "react";
import { Link } from "wouter";
import { DayText } from "@/components/moments.tsx";
import { None } from "@/components/none.tsx";
import { ResponsiveTable, type Column } from "@/components/responsive-table.tsx";
import type { Dictionary } from "@/i18n/en.ts";
import { useText } from "@/i18n/language.tsx";
import { useUser } from "@/lib/session.tsx";
import { StatusBadge, VerdictMark } from "./badges.tsx";
import { CalculationCell } from "./calculation-cell.tsx";
import { RowDecision } from "./list-row-decision.tsx";
import { SelectRow, SelectShown } from "./list-select.tsx";
import { requestName } from "./request-name.ts";
import type { RequestRow } from "./types.ts";
import classes from "./list.module.css";

/** From so many rows on, only those near the view are in the document. */
const LONG = 100;

interface ListTableProps {
  rows: readonly RequestRow[];
  ordering: string;
  onOrdering: (ordering: string) => void;
}

export function ListTable({ rows, ordering, onOrdering }: ListTableProps) {
  const text = useText();
  const moderator = useUser().role === "moderator";
  const waiting = useMemo(() => rows.filter((row) => row.status === "FORMED").map((row) => row.id), [rows]);
  const columns = useMemo(() => listColumns(text, moderator), [text, moderator]);
  const withTicks = useMemo(
    () => (moderator ? [{ ...selectColumn(text), head: <SelectShown ids={waiting} /> }, ...columns] : columns),
    [columns, moderator, text, waiting],
  );
  return (
    <ResponsiveTable
      label={text.list.title}
      columns={withTicks}
      rows={rows}
      rowKey={idOf}
      order={{ present: ordering, choose: onOrdering }}
      long={rows.length > LONG}
    />
  );
}

const idOf = (row: RequestRow) => row.id;
const nameId = (row: RequestRow) => `request-${row.id}`;

function selectColumn(text: Dictionary): Column<RequestRow> {
  return {
    key: "select",
    label: text.requestList.select,
    phone: "corner",
    width: 3.5,
    render: (row) => <SelectRow row={row} />,
  };
}

function listColumns(text: Dictionary, moderator: boolean): Column<RequestRow>[] {
  const { columns } = text.list;
  const shared: Column<RequestRow>[] = [
    {
      key: "designation",
      label: columns.designation,
      phone: "title",
      order: "designation",
      width: 15.5,
      render: (row) => (
        <Link to={`/requests/${row.id}`} id={nameId(row)} className={classes.link}>
          {requestName(text, row)}
        </Link>
      ),
    },
    {
      key: "status",
      label: columns.status,
      order: "status",
      width: 10,
      render: (row) => <StatusBadge status={row.status} />,
    },
    { key: "creator", label: columns.creator, order: "creator", width: 9, render: (row) => row.creator },
    {
      key: "results",
      label: columns.results,
      order: "-result_count",
      width: 11.5,
      render: (row) => <ResultCount row={row} />,
    },
    {
      key: "verdict",
      label: columns.verdict,
      order: "verdict",
      width: 12.5,
      render: (row) => (row.verdict ? <VerdictMark verdict={row.verdict} /> : <None />),
    },
    { key: "calculation", label: columns.calculation, width: 11, render: (row) => <CalculationCell row={row} /> },
    dayColumn("formed", columns.formed, "formed_at"),
    dayColumn("changed", columns.changed, "updated_at"),
  ];
  if (!moderator) return shared.filter((column) => column.key !== "creator");
  return [
    ...shared.filter((column) => column.key !== "changed"),
    {
      key: "actions",
      label: columns.actions,
      phone: "bare",
      align: "right",
      width: 18,
      render: (row) => <RowDecision row={row} describedBy={nameId(row)} />,
    },
  ];
}

function dayColumn(key: string, label: string, moment: "formed_at" | "updated_at"): Column<RequestRow> {
  return { key, label, order: `-${moment}`, width: 9, render: (row) => <DayText moment={row[moment]} /> };
}

function ResultCount({ row }: { row: RequestRow }) {
  const text = useText();
  const share = row.observation_count > 0 ? (100 * row.result_count) / row.observation_count : 0;
  return (
    <span className={classes.results}>
      {text.list.results(row.result_count, row.observation_count)}
      <span className={classes.bar} aria-hidden="true">
        <span style={{ width: `${share}%` }} />
      </span>
    </span>
  );
}

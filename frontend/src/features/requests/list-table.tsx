import { useMemo } from "react";
import { Anchor, Progress, Text } from "@mantine/core";
import { Link } from "wouter";
import { ResponsiveTable, type Column } from "@/components/responsive-table.tsx";
import type { Dictionary } from "@/i18n/en.ts";
import { useText } from "@/i18n/language.tsx";
import { useUser } from "@/lib/session.tsx";
import { StatusBadge, VerdictBadge } from "./badges.tsx";
import { CalculationCell } from "./calculation-cell.tsx";
import { DecisionButtons } from "./decision-buttons.tsx";
import { DayText } from "@/components/moments.tsx";
import { requestName } from "./request-name.ts";
import type { RequestRow } from "./types.ts";
import classes from "./list.module.css";

export function ListTable({ rows }: { rows: readonly RequestRow[] }) {
  const text = useText();
  const moderator = useUser().role === "moderator";
  const columns = useMemo(() => listColumns(text, moderator), [text, moderator]);
  return <ResponsiveTable label={text.list.title} columns={columns} rows={rows} rowKey={(row) => row.id} />;
}

const nameId = (row: RequestRow) => `request-${row.id}`;

function listColumns(text: Dictionary, moderator: boolean): Column<RequestRow>[] {
  const { columns } = text.list;
  const shared: Column<RequestRow>[] = [
    {
      key: "designation",
      label: columns.designation,
      phone: "title",
      render: (row) => (
        <Anchor component={Link} to={`/requests/${row.id}`} id={nameId(row)} className={classes.link}>
          {requestName(text, row)}
        </Anchor>
      ),
    },
    { key: "status", label: columns.status, render: (row) => <StatusBadge status={row.status} /> },
    { key: "creator", label: columns.creator, render: (row) => row.creator },
    { key: "results", label: columns.results, render: (row) => <ResultCount row={row} /> },
    {
      key: "verdict",
      label: columns.verdict,
      render: (row) =>
        row.verdict ? <VerdictBadge verdict={row.verdict} /> : <Text c="dimmed">{text.common.none}</Text>,
    },
    { key: "calculation", label: columns.calculation, render: (row) => <CalculationCell row={row} /> },
    { key: "formed", label: columns.formed, render: (row) => <DayText moment={row.formed_at} /> },
    { key: "changed", label: columns.changed, render: (row) => <DayText moment={row.updated_at} /> },
  ];
  if (!moderator) return shared.filter((column) => column.key !== "creator");
  return [
    ...shared,
    {
      key: "actions",
      label: columns.actions,
      phone: "bare",
      align: "right",
      render: (row) => <DecisionButtons row={row} size="xs" describedBy={nameId(row)} />,
    },
  ];
}

function ResultCount({ row }: { row: RequestRow }) {
  const text = useText();
  const share = row.observation_count > 0 ? (100 * row.result_count) / row.observation_count : 0;
  return (
    <span className={classes.results}>
      {text.list.results(row.result_count, row.observation_count)}
      <Progress value={share} size={5} className={classes.bar} aria-label={text.list.resultsLabel} />
    </span>
  );
}

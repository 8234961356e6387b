import { useMemo } from "react";
import { ResponsiveTable, type Column } from "@/components/responsive-table.tsx";
import type { Dictionary } from "@/i18n/en.ts";
import { useText } from "@/i18n/language.tsx";
import { useUser } from "@/lib/session.tsx";
import { useLinkClicks } from "@/lib/use-link-clicks.ts";
import { statusBadge, verdictMark } from "./badges.tsx";
import { calculationText, dayText, nothing, resultCount } from "./list-cells.tsx";
import { useListDecisions, type RowSteps } from "./list-decisions.tsx";
import { RowDecision } from "./list-row-decision.tsx";
import { SelectRow, SelectShown, WaitingContext } from "./list-select.tsx";
import { requestName } from "./request-name.ts";
import { rowLinkId } from "./row-links.ts";
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
  const { steps, dialog } = useListDecisions();
  const follow = useLinkClicks();
  const waiting = useMemo(() => rows.filter((row) => row.status === "FORMED").map((row) => row.id), [rows]);
  // The same as long as the language is: with other columns every row would be drawn anew.
  const columns = useMemo(
    () => (moderator ? moderatorColumns(text, steps) : observerColumns(text)),
    [moderator, steps, text],
  );
  return (
    <WaitingContext value={waiting}>
      <div onClick={follow}>
        <ResponsiveTable
          label={text.list.title}
          columns={columns}
          rows={rows}
          rowKey={idOf}
          order={{ present: ordering, choose: onOrdering }}
          long={rows.length > LONG}
          kind={statusOf}
        />
      </div>
      {dialog}
    </WaitingContext>
  );
}

const idOf = (row: RequestRow) => row.id;
/** Those that wait have buttons. */
const statusOf = (row: RequestRow) => row.status;

function observerColumns(text: Dictionary): Column<RequestRow>[] {
  return sharedColumns(text).filter((column) => column.key !== "creator");
}

function moderatorColumns(text: Dictionary, steps: RowSteps): Column<RequestRow>[] {
  return [
    {
      key: "select",
      label: text.requestList.select,
      head: <SelectShown />,
      phone: "corner",
      width: 3.5,
      render: (row) => row.status === "FORMED" && <SelectRow row={row} text={text} />,
    },
    ...sharedColumns(text).filter((column) => column.key !== "changed"),
    {
      key: "actions",
      label: text.list.columns.actions,
      phone: "bare",
      align: "right",
      width: 18,
      render: (row) => row.status === "FORMED" && <RowDecision row={row} text={text} steps={steps} />,
    },
  ];
}

function sharedColumns(text: Dictionary): Column<RequestRow>[] {
  const { columns } = text.list;
  const day = (key: string, label: string, moment: "formed_at" | "updated_at"): Column<RequestRow> => ({
    key,
    label,
    order: `-${moment}`,
    width: 9,
    render: (row) => dayText(text, row[moment]),
  });
  return [
    {
      key: "designation",
      label: columns.designation,
      phone: "title",
      order: "designation",
      width: 15.5,
      render: (row) => (
        <a href={`/requests/${row.id}`} id={rowLinkId(row.id)} className={classes.link}>
          {requestName(text, row)}
        </a>
      ),
    },
    {
      key: "status",
      label: columns.status,
      order: "status",
      width: 10,
      render: (row) => statusBadge(text, row.status),
    },
    { key: "creator", label: columns.creator, order: "creator", width: 9, render: (row) => row.creator },
    {
      key: "results",
      label: columns.results,
      order: "-result_count",
      width: 11.5,
      render: (row) => resultCount(text, row),
    },
    {
      key: "verdict",
      label: columns.verdict,
      order: "verdict",
      width: 12.5,
      render: (row) => (row.verdict ? verdictMark(text, row.verdict) : nothing(text)),
    },
    { key: "calculation", label: columns.calculation, width: 11, render: (row) => calculationText(text, row) },
    day("formed", columns.formed, "formed_at"),
    day("changed", columns.changed, "updated_at"),
  ];
}

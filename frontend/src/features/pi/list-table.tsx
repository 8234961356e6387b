import { useMemo } from "react";
import { Anchor, Progress, Text } from "@mantine/core";
import { Link } from "wouter";
import { ResponsiveTable, type Column } from "@/components/responsive-table.tsx";
import type { Dictionary } from "@/i18n/en.ts";
import { useText } from "@/i18n/language.tsx";
import { MomentText } from "./moment-text.tsx";
import { formatCount } from "./position.ts";
import { StateLabel } from "./state-label.tsx";
import { durationText, runMs } from "@/lib/duration.ts";
import { isFinal, type PiCalculation } from "./types.ts";
import { useNow } from "@/lib/use-now.ts";
import classes from "./pi.module.css";

/** All calculations of pi, one line each. */
export function ListTable({ rows }: { rows: readonly PiCalculation[] }) {
  const text = useText();
  const columns = useMemo(() => listColumns(text), [text]);
  return <ResponsiveTable label={text.pi.all} columns={columns} rows={rows} rowKey={(row) => row.calculation_id} />;
}

function listColumns(text: Dictionary): Column<PiCalculation>[] {
  const { columns } = text.pi;
  return [
    { key: "position", label: columns.position, phone: "title", render: (row) => <PositionLink row={row} /> },
    { key: "digit", label: columns.digit, render: (row) => <Digit row={row} /> },
    { key: "state", label: columns.state, render: (row) => <StateLabel state={row.state} /> },
    { key: "progress", label: columns.progress, render: (row) => <ProgressBar row={row} /> },
    { key: "taken", label: columns.taken, render: (row) => <TimeTaken row={row} /> },
    { key: "who", label: columns.who, render: (row) => row.creator || text.pi.nobody },
    { key: "when", label: columns.when, render: (row) => <MomentText moment={row.create_time} /> },
  ];
}

function PositionLink({ row }: { row: PiCalculation }) {
  const text = useText();
  const position = formatCount(row.pi.digit_position, text.locale);
  return (
    <Anchor component={Link} to={`/pi/${row.calculation_id}`} className={classes.link}>
      {text.pi.name(position)}
    </Anchor>
  );
}

function Digit({ row }: { row: PiCalculation }) {
  const text = useText();
  if (!row.pi_result) return <Text c="dimmed">{text.common.none}</Text>;
  return <span className={classes.digit}>{row.pi_result.digit}</span>;
}

function ProgressBar({ row }: { row: PiCalculation }) {
  const text = useText();
  const share = row.state === "SUCCEEDED" ? 1 : row.progress.fraction;
  const name = text.pi.name(formatCount(row.pi.digit_position, text.locale));
  return (
    <span className={classes.progress}>
      <Progress
        value={100 * share}
        size={6}
        color={row.state === "RUNNING" || row.state === "SUCCEEDED" ? undefined : "gray"}
        className={classes.bar}
        aria-label={text.pi.progressOf(name)}
      />
      {Math.floor(100 * share)} %
    </span>
  );
}

function TimeTaken({ row }: { row: PiCalculation }) {
  const text = useText();
  const now = useNow(!isFinal(row));
  const taken = runMs(row, now);
  if (taken === null) return <Text c="dimmed">{text.common.none}</Text>;
  return <span className={classes.nowrap}>{durationText(text, taken)}</span>;
}

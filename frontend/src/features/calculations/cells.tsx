import { Anchor, Badge, Progress, Text } from "@mantine/core";
import { Link } from "wouter";
import { None } from "@/components/none.tsx";
import type { Dictionary } from "@/i18n/en.ts";
import { useText } from "@/i18n/language.tsx";
import { isFinal, type CalculationState } from "@/lib/calculation.ts";
import { durationText, runMs } from "@/lib/duration.ts";
import { formatNumber } from "@/lib/quantity.ts";
import { useNow } from "@/lib/use-now.ts";
import type { Calculation, Report, ReportState, RequestOf } from "./types.ts";
import classes from "./calculations.module.css";

const STATE_COLORS: Record<CalculationState, string> = {
  SCHEDULED: "amber",
  RUNNING: "petrol",
  SUCCEEDED: "teal",
  FAILED: "red",
  CANCELLED: "gray",
};

/** What the calculation is called: its kind, and the digit of a pi. */
export function calculationName(text: Dictionary, row: Calculation, request?: RequestOf): string {
  if (row.pi) return text.calculations.digit(formatNumber(row.pi.digit_position, text.locale, 0));
  const kind = text.calculations.kinds[row.kind] ?? row.kind;
  return request ? `${kind}: ${request.designation || text.list.untitled(request.id)}` : kind;
}

/** The name, leading to the request, the page of pi or the catalogue. */
export function NameLink({ row, request }: { row: Calculation; request: RequestOf | undefined }) {
  const text = useText();
  const name = calculationName(text, row, request);
  const to = request ? `/requests/${request.id}` : OTHER_PAGES[row.kind]?.(row);
  if (to === undefined) return <span id={nameId(row)}>{name}</span>;
  return (
    <>
      <Anchor component={Link} to={to} id={nameId(row)} className={classes.link}>
        {name}
      </Anchor>
      {request && request.calculation_id !== row.calculation_id && (
        <Text span display="block" size="xs" c="dimmed">
          {text.calculations.superseded}
        </Text>
      )}
    </>
  );
}

export const nameId = (row: Calculation) => `calculation-${row.calculation_id}`;

const OTHER_PAGES: Partial<Record<string, (row: Calculation) => string>> = {
  pi: (row) => `/pi/${row.calculation_id}`,
  catalogue_sync: () => "/asteroids",
};

/** Where it stands; while it runs also what it does and how far it is. */
export function StateCell({ row }: { row: Calculation }) {
  const text = useText();
  const { state, progress } = row;
  return (
    <span className={classes.state}>
      <Badge variant={state === "SUCCEEDED" ? "dot" : "light"} color={STATE_COLORS[state]} tt="none">
        {text.calculations.states[state]}
      </Badge>
      {state === "RUNNING" && progress && (
        <span className={classes.progress}>
          <Progress
            value={100 * progress.fraction}
            size={6}
            className={classes.bar}
            aria-label={text.calculations.progressOf(calculationName(text, row))}
          />
          {[`${Math.floor(100 * progress.fraction)} %`, stageText(text, progress.stage)].filter(Boolean).join(" · ")}
        </span>
      )}
    </span>
  );
}

/** What it does, in the words of the page of its kind. */
function stageText(text: Dictionary, stage: string): string {
  const { stages, pi, catalogue } = text;
  const sync: Partial<Record<string, string>> = catalogue.sync.stages;
  return stages[stage] ?? pi.one.stages[stage] ?? sync[stage] ?? stage;
}

/** From asking to starting; for what was never started, to its end or until now. */
export function WaitedCell({ row }: { row: Calculation }) {
  const text = useText();
  const waits = row.state === "SCHEDULED";
  const now = useNow(waits);
  const end = row.start_time ?? row.finish_time;
  const waited = Math.max(0, (end === undefined ? now : Date.parse(end)) - Date.parse(row.create_time));
  const left = waits && row.due_time !== undefined ? Date.parse(row.due_time) - now : 0;
  return (
    <span className={classes.duration}>
      {durationText(text, waits ? whole(waited) : waited)}
      {left > 0 && (
        <Text span display="block" size="xs" c="dimmed">
          {text.calculations.startsIn(durationText(text, wholeLeft(left)))}
        </Text>
      )}
    </span>
  );
}

export function RanCell({ row }: { row: Calculation }) {
  const text = useText();
  const running = !isFinal(row);
  const now = useNow(running);
  const ran = runMs(row, now);
  if (ran === null) return <None />;
  return <span className={classes.duration}>{durationText(text, running ? whole(ran) : ran)}</span>;
}

const REPORT_COLORS: Partial<Record<ReportState, string>> = {
  PENDING: "amber",
  DELIVERED: "teal",
  REJECTED: "red",
  GIVEN_UP: "red",
};

/** How far the delivery of the end is. */
export function ReportCell({ report }: { report: Report | undefined }) {
  const text = useText();
  const { calculations: words } = text;
  const color = report && REPORT_COLORS[report.state];
  const now = useNow(report?.next_time !== undefined);
  if (!report || color === undefined) return <span className={classes.noReport}>{words.reports.NOT_REQUESTED}</span>;
  const wait = report.next_time === undefined ? null : Date.parse(report.next_time) - now;
  const details = [
    report.attempt_count > 0 && words.attempts(report.attempt_count),
    wait !== null && (wait > 0 ? words.nextAttempt(durationText(text, wholeLeft(wait))) : words.sending),
  ].filter(Boolean);
  return (
    <span>
      <Badge variant={report.state === "DELIVERED" ? "dot" : "light"} color={color} tt="none">
        {words.reports[report.state]}
      </Badge>
      {details.length > 0 && (
        <Text span display="block" size="xs" c="dimmed">
          {details.join(", ")}
        </Text>
      )}
    </span>
  );
}

/** What went wrong last: the calculation itself, telling of it, or both. */
export function ErrorCell({ row }: { row: Calculation }) {
  const text = useText();
  const own = row.error && (text.reasons[row.error.reason] ?? row.error.message);
  const errors = [own, row.report?.last_error].filter(Boolean);
  return errors.map((words) => (
    <Text key={words} span display="block" size="sm" className={classes.error}>
      {words}
    </Text>
  ));
}

/** What changes all the time is told in whole seconds. */
const whole = (milliseconds: number) => 1_000 * Math.round(milliseconds / 1_000);

/** What is still to come never rounds to nothing: that would read "starts in at once". */
const wholeLeft = (milliseconds: number) => 1_000 * Math.ceil(milliseconds / 1_000);

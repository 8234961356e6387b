/** What came of a moderator's decision, in words. */
import { wholeFailureText } from "@/i18n/failure-text.ts";
import type { Dictionary } from "@/i18n/en.ts";
import { ApiError } from "@/lib/http.ts";
import type { Decision, DecisionOutcome } from "./change-api.ts";
import type { BatchRun } from "./list-batch.ts";
import { requestName } from "./request-name.ts";
import type { RequestRow } from "./types.ts";

type Done = Extract<DecisionOutcome, { kind: "done" }>;
type Refused = Extract<DecisionOutcome, { kind: "refused" }>;

/** `Ceres: completed, the calculation is scheduled.` */
export function doneText(text: Dictionary, kind: Decision["kind"], { row, by }: Done): string {
  const name = requestName(text, row);
  if (by !== null) return text.deciding.alreadyCompleted(name, by);
  if (kind === "complete") return text.decide.completed(name);
  return kind === "reject" ? text.decide.rejected(name) : text.decide.recalculating(name);
}

/** Why nothing changed, and who was faster where somebody was. */
export function refusedText(text: Dictionary, { error, present, unknown }: Refused): string {
  const faster = present && fasterText(text, present);
  if (faster && error instanceof ApiError && (error.reason === "ILLEGAL_TRANSITION" || error.status !== 409)) {
    return faster;
  }
  return unknown ? `${text.deciding.notKnown} ${wholeFailureText(text, error)}` : wholeFailureText(text, error);
}

/** `2 requests completed, 1 not changed` */
export function outcomeText({ requestList: words }: Dictionary, run: BatchRun): string {
  const untouched = run.total - run.done - run.refused.length;
  const parts = [
    words.ended[run.kind](run.done),
    run.already > 0 && words.already(run.already),
    run.refused.length > 0 && words.refused(run.refused.length),
    untouched > 0 && words.untouched(untouched),
  ];
  return parts.filter(Boolean).join(", ");
}

/** `Ceres: not changed`, or that nobody knows. */
export function refusedTitle(text: Dictionary, row: RequestRow, { unknown }: Refused): string {
  const name = requestName(text, row);
  return unknown ? text.deciding.unsure(name) : text.decide.refused(name);
}

function fasterText(text: Dictionary, { status, moderator }: RequestRow): string | null {
  if (moderator === null) return null;
  if (status === "REJECTED") return text.deciding.rejectedBy(moderator);
  return status === "COMPLETED" ? text.deciding.completedBy(moderator) : null;
}

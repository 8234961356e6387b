import type { Dictionary } from "@/i18n/en.ts";
import { useText } from "@/i18n/language.tsx";
import type { CalculationState } from "@/lib/calculation.ts";
import type { RequestStatus, Verdict } from "./types.ts";
import classes from "./badges.module.css";

// Plain elements: in a long list the library's badges take longer to draw than all else.

/** Where a request stands, in a word. */
export function StatusBadge({ status, size = "md" }: { status: RequestStatus; size?: "md" | "lg" }) {
  return statusBadge(useText(), status, size);
}

/** The same as an element, for lists of thousands. */
export function statusBadge(text: Dictionary, status: RequestStatus, size: "md" | "lg" = "md") {
  return (
    <span className={classes.badge} data-status={status} data-size={size}>
      {text.status[status]}
    </span>
  );
}

/** How surely the distances are known, in a word; what it means stands in the title. */
export function verdictMark(text: Dictionary, verdict: Verdict) {
  return (
    <span className={classes.badge} data-verdict={verdict} title={text.verdictMeaning[verdict]}>
      {text.verdict[verdict]}
    </span>
  );
}

const STATE_COLORS: Record<CalculationState, string> = {
  SCHEDULED: "amber",
  RUNNING: "petrol",
  SUCCEEDED: "dimmed",
  FAILED: "red",
  CANCELLED: "dimmed",
};

export function stateColor(state: CalculationState): string {
  return STATE_COLORS[state];
}

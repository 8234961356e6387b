import type { Dictionary } from "@/i18n/en.ts";
import { useFocusHandOver } from "@/lib/focus.ts";
import { refusedText } from "./decision-text.ts";
import { useBatchPart } from "./list-batch.ts";
import type { RowSteps } from "./list-decisions.tsx";
import { linksFrom, rowLinkId } from "./row-links.ts";
import type { RequestRow } from "./types.ts";
import classes from "./list.module.css";

interface RowDecisionProps {
  row: RequestRow;
  text: Dictionary;
  steps: RowSteps;
}

/** The buttons of a row that waits, and what came of the decision about several rows. Plain elements: the library's
 * buttons take longer to draw than the rest of the row. */
export function RowDecision({ row, text, steps }: RowDecisionProps) {
  const state = useBatchPart(({ rows }) => rows.get(row.id) ?? null);
  const place = useFocusHandOver(() => linksFrom(row.id));
  if (state === "running" || state === "waiting") {
    return (
      <span className={classes.rowState}>
        {state === "running" ? text.requestList.decidingNow : text.requestList.waiting}
      </span>
    );
  }
  const busy = state === "deciding";
  // Not `disabled`: a button that is so gives the focus away.
  const shared = { type: "button", "aria-describedby": rowLinkId(row.id), "aria-disabled": busy } as const;
  return (
    <>
      <div className={classes.decisions} ref={place} aria-busy={busy}>
        <button {...shared} className={classes.step} data-main onClick={() => !busy && steps.complete(row)}>
          {text.decide.complete}
        </button>
        <button {...shared} className={classes.step} onClick={() => !busy && steps.askReason(row)}>
          {text.decide.reject}
        </button>
      </div>
      {state && !busy && (
        <p className={classes.refused}>
          {!state.unknown && `${text.requestList.notChanged}. `}
          {refusedText(text, state)}
        </p>
      )}
    </>
  );
}

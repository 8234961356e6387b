import { lazy, Suspense, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useText } from "@/i18n/language.tsx";
import { useDecide, type Decision } from "./change-api.ts";
import { useOutcomeNotice } from "./decision-notice.tsx";
import { BatchContext } from "./list-batch.ts";
import { requestName } from "./request-name.ts";
import { linksFrom } from "./row-links.ts";
import type { RequestRow } from "./types.ts";

const RejectModal = lazy(() => import("./reject-modal.tsx"));

/** What a row's buttons do. */
export interface RowSteps {
  complete: (row: RequestRow) => void;
  askReason: (row: RequestRow) => void;
}

/** Deciding about single rows of the list, for all rows in one place: each of thousands would pay for its own. Hands
 * out the steps, which stay the same, and the dialog to be drawn beside the table. */
export function useListDecisions(): { steps: RowSteps; dialog: ReactNode } {
  const text = useText();
  const batch = useContext(BatchContext);
  const [rejecting, setRejecting] = useState<Rejecting | null>(null);
  const tell = useOutcomeNotice();
  const decide = useDecide((row, decision, outcome) => {
    tell(row, decision, outcome);
    if (outcome.kind === "done") setRejecting((open) => (open?.row.id === row.id ? null : open));
  });
  const run = (row: RequestRow, decision: Decision) => {
    batch?.mark(row.id, "deciding");
    decide.mutateAsync({ row, decision }).then(
      () => batch?.mark(row.id, null),
      () => batch?.mark(row.id, null), // whose session has ended signs in again
    );
  };
  const latest = useRef({ run, reset: decide.reset });
  useEffect(() => {
    latest.current = { run, reset: decide.reset };
  });
  const steps = useMemo<RowSteps>(
    () => ({
      complete: (row) => latest.current.run(row, { kind: "complete" }),
      askReason: (row) => {
        latest.current.reset();
        setRejecting({ row, otherwise: linksFrom(row.id) });
      },
    }),
    [],
  );
  const dialog = rejecting && (
    <Suspense>
      <RejectModal
        title={text.decide.rejectTitle}
        explanation={text.decide.rejectText(requestName(text, rejecting.row))}
        busy={decide.isPending}
        refusal={decide.data?.kind === "refused" ? decide.data : null}
        otherwise={rejecting.otherwise}
        onClose={() => setRejecting(null)}
        onReject={(reason) => run(rejecting.row, { kind: "reject", reason })}
      />
    </Suspense>
  );
  return { steps, dialog };
}

interface Rejecting {
  row: RequestRow;
  /** Who gets the focus afterwards if the row's button is gone by then. */
  otherwise: readonly Element[];
}

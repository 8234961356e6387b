import { lazy, Suspense, useState } from "react";
import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Icon } from "@/components/icon.tsx";
import { useText } from "@/i18n/language.tsx";
import { useDecide, type Decision } from "./change-api.ts";
import { doneText, refusedText } from "./decision-text.ts";
import { requestName } from "./request-name.ts";
import type { RequestRow } from "./types.ts";

// Dialogs are a good part of the library, and no first view shows one.
const RejectModal = lazy(() => import("./reject-modal.tsx"));
/** Long enough to read why, and to look at the row. */
const REFUSAL_SHOWN_MS = 15_000;

interface DecisionButtonsProps {
  row: RequestRow;
  size: "xs" | "sm";
  /** The element that names the row, for screen readers: the buttons of all rows are called the same. */
  describedBy?: string;
  recalculate?: boolean;
}

/** The moderator's steps that the row's status allows; what came of them is said at once. */
export function DecisionButtons({ row, size, describedBy, recalculate = false }: DecisionButtonsProps) {
  const text = useText();
  const [rejecting, setRejecting] = useState(false);
  const name = requestName(text, row);
  const decide = useDecide(row, (decision, outcome) => {
    if (outcome.kind === "done") {
      setRejecting(false);
      const message = doneText(text, decision.kind, outcome);
      notifications.show({ color: "petrol", message, icon: <Icon name="check" /> });
    } else if (decision.kind !== "reject" || outcome.present) {
      // The dialog shows a refusal itself, beside the reason that was written, unless the row has moved on and takes it
      // away.
      const shown = { color: "red", autoClose: REFUSAL_SHOWN_MS };
      notifications.show({ ...shown, title: text.decide.refused(name), message: refusedText(text, outcome) });
    }
  });
  const busy = (kind: Decision["kind"]) => decide.isPending && decide.variables.kind === kind;
  const run = (decision: Decision) => decide.mutate(decision);
  const openDialog = () => {
    decide.reset();
    setRejecting(true);
  };
  const shared = { size, "aria-describedby": describedBy, disabled: decide.isPending };
  if (recalculate && row.status === "COMPLETED") {
    const supersedes = row.calculation_id;
    if (supersedes === null) return null;
    return (
      <Button
        {...shared}
        variant="default"
        loading={busy("recalculate")}
        leftSection={<Icon name="repeat" size={16} />}
        onClick={() => run({ kind: "recalculate", supersedes })}
      >
        {text.decide.recalculate}
      </Button>
    );
  }
  if (row.status !== "FORMED") return null;
  return (
    <Group gap={8} wrap="nowrap">
      <Button {...shared} loading={busy("complete")} onClick={() => run({ kind: "complete" })}>
        {text.decide.complete}
      </Button>
      <Button {...shared} variant="default" onClick={openDialog}>
        {text.decide.reject}
      </Button>
      {rejecting && (
        <Suspense>
          <RejectModal
            title={text.decide.rejectTitle}
            explanation={text.decide.rejectText(name)}
            busy={busy("reject")}
            refusal={decide.data?.kind === "refused" ? decide.data : null}
            onClose={() => setRejecting(false)}
            onReject={(reason) => run({ kind: "reject", reason })}
          />
        </Suspense>
      )}
    </Group>
  );
}

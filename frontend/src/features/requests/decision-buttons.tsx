import { lazy, Suspense, useState } from "react";
import { Button, Group } from "@mantine/core";
import { Icon } from "@/components/icon.tsx";
import { useText } from "@/i18n/language.tsx";
import { useFocusHandOver } from "@/lib/focus.ts";
import { useDecide, type Decision } from "./change-api.ts";
import { useOutcomeNotice } from "./decision-notice.tsx";
import { requestName } from "./request-name.ts";
import type { RequestRow } from "./types.ts";

// Dialogs are a good part of the library, and no first view shows one.
const RejectModal = lazy(() => import("./reject-modal.tsx"));

interface DecisionButtonsProps {
  row: RequestRow;
}

/** On the page of a request, the moderator's steps that its status allows; what came of them is said at once. */
export function DecisionButtons({ row }: DecisionButtonsProps) {
  const text = useText();
  const [rejecting, setRejecting] = useState(false);
  const name = requestName(text, row);
  const place = useFocusHandOver();
  const tell = useOutcomeNotice();
  const decide = useDecide((_, decision, outcome) => {
    tell(row, decision, outcome);
    if (outcome.kind === "done") setRejecting(false);
  });
  const busy = (kind: Decision["kind"]) => decide.isPending && decide.variables.decision.kind === kind;
  const run = (decision: Decision) => decide.mutate({ row, decision });
  const openDialog = () => {
    decide.reset();
    setRejecting(true);
  };
  const shared = { size: "sm", disabled: decide.isPending } as const;
  if (row.status === "COMPLETED") {
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
    <Group gap={8} wrap="nowrap" ref={place}>
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

import { useState } from "react";
import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Icon } from "@/components/icon.tsx";
import { wholeFailureText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { useDecide, type Decision } from "./change-api.ts";
import { requestName } from "./request-name.ts";
import { RejectModal } from "./reject-modal.tsx";
import type { RequestRow } from "./types.ts";

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
  const decide = useDecide(row.id);
  const [rejecting, setRejecting] = useState(false);
  const name = requestName(text, row);
  const busy = (kind: Decision["kind"]) => decide.isPending && decide.variables.kind === kind;
  const run = (decision: Decision, done: string) =>
    decide.mutate(decision, {
      onSuccess: () => {
        setRejecting(false);
        notifications.show({ color: "petrol", message: done, icon: <Icon name="check" /> });
      },
      onError: (error) => {
        // The dialog shows a refusal itself, beside the reason that was written.
        if (decision.kind !== "reject") {
          notifications.show({
            color: "red",
            title: text.decide.refused(name),
            message: wholeFailureText(text, error),
          });
        }
      },
    });
  const shared = { size, "aria-describedby": describedBy, disabled: decide.isPending };
  if (row.status === "COMPLETED" && recalculate && row.calculation_id) {
    const supersedes = row.calculation_id;
    return (
      <Button
        {...shared}
        variant="default"
        loading={busy("recalculate")}
        leftSection={<Icon name="repeat" size={16} />}
        onClick={() => run({ kind: "recalculate", supersedes }, text.decide.recalculating(name))}
      >
        {text.decide.recalculate}
      </Button>
    );
  }
  if (row.status !== "FORMED") return null;
  return (
    <Group gap={8} wrap="nowrap">
      <Button
        {...shared}
        loading={busy("complete")}
        onClick={() => run({ kind: "complete" }, text.decide.completed(name))}
      >
        {text.decide.complete}
      </Button>
      <Button {...shared} variant="default" onClick={() => setRejecting(true)}>
        {text.decide.reject}
      </Button>
      {rejecting && (
        <RejectModal
          name={name}
          busy={busy("reject")}
          error={decide.variables?.kind === "reject" ? decide.error : null}
          onClose={() => setRejecting(false)}
          onReject={(reason) => run({ kind: "reject", reason }, text.decide.rejected(name))}
        />
      )}
    </Group>
  );
}

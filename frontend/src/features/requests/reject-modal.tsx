import { useState, type SubmitEvent } from "react";
import { Alert, Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { Dialog } from "@/components/dialog.tsx";
import { Refusal } from "@/components/refusal.tsx";
import { fieldErrorText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { ApiError } from "@/lib/http.ts";
import type { DecisionOutcome } from "./change-api.ts";
import { refusedText } from "./decision-text.ts";

type Refused = Extract<DecisionOutcome, { kind: "refused" }>;

interface RejectModalProps {
  title: string;
  explanation: string;
  busy: boolean;
  refusal: Refused | null;
  /** Who gets the focus afterwards if the button that opened this is gone. */
  otherwise?: readonly Element[];
  onClose: () => void;
  onReject: (reason: string) => void;
}

/** Asks why; without a reason nothing is rejected. */
export default function RejectModal({ refusal, onClose, onReject, ...props }: RejectModalProps) {
  const { title, explanation, busy, otherwise } = props;
  const text = useText();
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const error = refusal?.error ?? null;
  const refused = error instanceof ApiError ? error.fieldErrors.find((item) => item.path === "reason") : undefined;
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    event.stopPropagation();
    setMissing(reason.trim() === "");
    if (reason.trim() !== "") onReject(reason.trim());
  };
  return (
    <Dialog title={title} onClose={onClose} otherwise={otherwise}>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <Text size="sm" c="dimmed">
            {explanation}
          </Text>
          {refusal !== null && isOfTheRow(refusal) ? (
            <Alert color="red" role="alert">
              {refusedText(text, refusal)}
            </Alert>
          ) : (
            <Refusal error={error} isPlaced={(item) => item.path === "reason"} />
          )}
          <Textarea
            label={text.decide.reason}
            description={text.decide.reasonHint}
            required
            autosize
            minRows={3}
            maxLength={2_000}
            data-autofocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={
              (missing && reason.trim() === "" && text.decide.reasonRequired) ||
              (refused && fieldErrorText(text, refused))
            }
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {text.common.cancel}
            </Button>
            <Button type="submit" color="red.9" loading={busy} disabled={refusal?.present != null}>
              {text.decide.rejectConfirm}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** Whether there is more to say than the refusal itself does. */
const isOfTheRow = ({ present, unknown }: Refused) => present !== null || unknown === true;

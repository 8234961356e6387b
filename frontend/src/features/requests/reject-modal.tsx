import { useState, type SubmitEvent } from "react";
import { Alert, Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { Refusal } from "@/components/refusal.tsx";
import { fieldErrorText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { ApiError } from "@/lib/http.ts";
import type { DecisionOutcome } from "./change-api.ts";
import { refusedText } from "./decision-text.ts";

interface RejectModalProps {
  title: string;
  explanation: string;
  busy: boolean;
  refusal: Extract<DecisionOutcome, { kind: "refused" }> | null;
  onClose: () => void;
  onReject: (reason: string) => void;
}

/** Asks why; without a reason nothing is rejected. */
export default function RejectModal({ title, explanation, busy, refusal, onClose, onReject }: RejectModalProps) {
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
    <Modal
      opened
      onClose={onClose}
      title={<Text fw={650}>{title}</Text>}
      closeButtonProps={{ "aria-label": text.common.close }}
    >
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <Text size="sm" c="dimmed">
            {explanation}
          </Text>
          {refusal?.present ? (
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
    </Modal>
  );
}

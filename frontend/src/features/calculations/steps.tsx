import { useState } from "react";
import { Button, Group, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Dialog } from "@/components/dialog.tsx";
import { Icon } from "@/components/icon.tsx";
import { wholeFailureText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { isFinal } from "@/lib/calculation.ts";
import { useCancel, useResend } from "./api.ts";
import { calculationName, nameId } from "./cells.tsx";
import type { Calculation, RequestOf } from "./types.ts";

interface StepsProps {
  row: Calculation;
  request: RequestOf | undefined;
}

/** What a moderator can do with a calculation: cancel it, or have its end told again. */
export function Steps({ row, request }: StepsProps) {
  const text = useText();
  const { calculations: words } = text;
  const name = calculationName(text, row, request);
  const [asking, setAsking] = useState(false);
  const say = (message: string) => notifications.show({ color: "petrol", message, icon: <Icon name="check" /> });
  const onRefused = (error: unknown) => {
    setAsking(false);
    notifications.show({ color: "red", title: words.refused(name), message: wholeFailureText(text, error) });
  };
  const cancel = useCancel(row.calculation_id, {
    onDone: ({ state }) => {
      setAsking(false);
      say(state === "CANCELLED" ? words.cancelled(name) : words.finishedBefore(name));
    },
    onRefused,
  });
  const resend = useResend(row.calculation_id, { onDone: () => say(words.resent(name)), onRefused });
  const shared = { size: "xs", variant: "default", "aria-describedby": nameId(row) } as const;
  if (!isFinal(row)) {
    return (
      <>
        <Button {...shared} onClick={() => setAsking(true)}>
          {words.cancel}
        </Button>
        {asking && (
          <CancelModal
            name={name}
            busy={cancel.isPending}
            onClose={() => setAsking(false)}
            onCancel={() => cancel.mutate()}
          />
        )}
      </>
    );
  }
  if (!row.report || row.report.state === "NOT_REQUESTED") return null;
  return (
    <Button {...shared} loading={resend.isPending} onClick={() => resend.mutate()}>
      {words.resend}
    </Button>
  );
}

interface CancelModalProps {
  name: string;
  busy: boolean;
  onClose: () => void;
  onCancel: () => void;
}

function CancelModal({ name, busy, onClose, onCancel }: CancelModalProps) {
  const { calculations: words } = useText();
  return (
    <Dialog title={words.cancelTitle} onClose={onClose}>
      <Stack>
        <Text size="sm">{words.cancelText(name)}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {words.keep}
          </Button>
          <Button color="red.9" loading={busy} onClick={onCancel}>
            {words.cancelConfirm}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { UseMutationResult } from "@tanstack/react-query";
import { wholeFailureText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import type { Calculation } from "@/lib/calculation.ts";
import { Icon } from "./icon.tsx";

interface CancelButtonProps {
  label: string;
  /** Said when the calculation was cancelled indeed and had not ended before; nothing is said without it. */
  done?: string;
  cancel: UseMutationResult<Pick<Calculation, "state">, Error, void>;
}

/** Ends a calculation; a refusal explains itself. */
export function CancelButton({ label, done, cancel }: CancelButtonProps) {
  const text = useText();
  const run = () =>
    cancel.mutate(undefined, {
      onSuccess: ({ state }) => {
        if (done !== undefined && state === "CANCELLED") notifications.show({ color: "petrol", message: done });
      },
      onError: (error) => notifications.show({ color: "red", message: wholeFailureText(text, error) }),
    });
  return (
    <Button
      variant="default"
      size="xs"
      loading={cancel.isPending}
      leftSection={<Icon name="cross" size={14} />}
      onClick={run}
    >
      {label}
    </Button>
  );
}

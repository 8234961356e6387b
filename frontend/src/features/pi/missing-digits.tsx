import { Alert, Button, Group } from "@mantine/core";
import { useLocation } from "wouter";
import { wholeFailureText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { ApiError } from "@/lib/http.ts";
import { useCreatePi } from "./api.ts";
import { newId } from "@/lib/new-id.ts";

interface MissingDigitsProps {
  error: Error;
  position: number;
  onRetry: () => void;
}

/** Why digits are not there: another try, or a new calculation where the server has dropped them. */
export function MissingDigits({ error, position, onRetry }: MissingDigitsProps) {
  const text = useText();
  const create = useCreatePi();
  const [, navigate] = useLocation();
  const dropped = error instanceof ApiError && error.reason === "DIGITS_NOT_KEPT";
  const askAgain = () =>
    create.mutate(
      { calculationId: newId(), position },
      { onSuccess: ({ calculation_id }) => navigate(`/pi/${calculation_id}`) },
    );
  return (
    <Alert color="red" title={text.pi.digits.loadFailed} role="alert">
      <Group justify="space-between">
        {wholeFailureText(text, create.error ?? error)}
        <Button variant="default" size="xs" loading={create.isPending} onClick={dropped ? askAgain : onRetry}>
          {dropped ? text.pi.digits.askAgain : text.common.retry}
        </Button>
      </Group>
    </Alert>
  );
}

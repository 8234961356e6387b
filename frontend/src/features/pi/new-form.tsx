import { useRef, useState, type SubmitEvent } from "react";
import { Button, Paper, Stack, Text, TextInput } from "@mantine/core";
import { Icon } from "@/components/icon.tsx";
import { Refusal } from "@/components/refusal.tsx";
import type { Dictionary } from "@/i18n/en.ts";
import { fieldErrorText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { ApiError } from "@/lib/http.ts";
import { useCreatePi, type NewPi } from "./api.ts";
import { newId } from "@/lib/new-id.ts";
import {
  boundOf,
  formatCount,
  isPositionError,
  LARGEST_POSITION,
  parsePosition,
  USUAL_LARGEST_POSITION,
} from "./position.ts";
import type { PiCalculation } from "./types.ts";
import classes from "./pi.module.css";

/** Asks for a digit. What was typed stays until the server has taken it. */
export function NewForm() {
  const text = useText();
  const create = useCreatePi();
  const [typed, setTyped] = useState("");
  const [touched, setTouched] = useState(false);
  const [bound, setBound] = useState<number | null>(null);
  // Sent again after a lost answer, it is the same calculation.
  const pending = useRef<NewPi | null>(null);
  const position = parsePosition(typed);

  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    setTouched(true);
    if (typeof position !== "number" || create.isPending) return;
    // More than the contract carries is more than any server takes: it is asked all the same, for it names its bound.
    const asked = Math.min(position, LARGEST_POSITION);
    if (pending.current?.position !== asked) pending.current = { calculationId: newId(), position: asked };
    create.mutate(pending.current, {
      onSuccess: () => {
        pending.current = null;
        setTyped("");
        setTouched(false);
      },
      onError: (error) => setBound((known) => boundOf(error) ?? known),
    });
  };
  const change = (value: string) => {
    setTyped(value);
    setTouched(false);
    if (create.isError) create.reset();
  };
  const problem = touched && typeof position === "string" ? text.pi.form.problems[position] : undefined;
  return (
    <Paper withBorder p={{ base: "md", sm: "lg" }}>
      <form onSubmit={onSubmit} noValidate aria-label={text.pi.form.submit}>
        <Stack gap="sm">
          <Refusal error={create.error} isPlaced={isPositionError} />
          <div className={classes.form}>
            <TextInput
              label={text.pi.form.position}
              description={text.pi.form.hint(formatCount(bound ?? USUAL_LARGEST_POSITION, text.locale), bound !== null)}
              inputWrapperOrder={["label", "input", "error", "description"]}
              inputMode="numeric"
              autoComplete="off"
              className={classes.position}
              value={typed}
              onChange={(event) => change(event.currentTarget.value)}
              error={problem ?? refusalText(text, create.error)}
            />
            <Button
              type="submit"
              className={classes.submit}
              loading={create.isPending}
              leftSection={<Icon name="plus" size={16} />}
            >
              {text.pi.form.submit}
            </Button>
            {/* Not a notification: it would lie over the button that asks for the next digit. */}
            <Text role="status" fw={600} className={classes.said}>
              {create.data && successText(text, create.data)}
            </Text>
          </div>
        </Stack>
      </form>
    </Paper>
  );
}

function refusalText(text: Dictionary, error: unknown): string | undefined {
  const bound = boundOf(error);
  if (bound !== null) return text.pi.form.tooLarge(formatCount(bound, text.locale));
  const refusal = error instanceof ApiError ? error.fieldErrors.find(isPositionError) : undefined;
  return refusal && fieldErrorText(text, refusal);
}

function successText(text: Dictionary, { pi, pi_result }: PiCalculation): string {
  const position = formatCount(pi.digit_position, text.locale);
  return pi_result ? text.pi.form.found(position, pi_result.digit) : text.pi.form.created(position);
}

import { Alert, Button, Group, Progress, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Icon } from "@/components/icon.tsx";
import { LineAlert, LineBadge } from "@/components/line-state.tsx";
import { Section } from "@/components/section.tsx";
import { failureText, wholeFailureText } from "@/i18n/failure-text.ts";
import type { Dictionary } from "@/i18n/en.ts";
import { useText } from "@/i18n/language.tsx";
import { isFinal, useCalculation } from "@/lib/calculation.ts";
import type { LiveState } from "@/lib/live.ts";
import { formatNumber } from "@/lib/quantity.ts";
import { CandidateTable } from "./candidate-table.tsx";
import { useCancelIdentification, useIdentificationId, useIdentify, type Identification } from "./identify-api.ts";
import type { RequestDetail } from "./types.ts";

/** Which known asteroids fit the observations; for moderators. */
export function IdentifyPanel({ request }: { request: RequestDetail }) {
  const text = useText();
  const { identify: words } = text.catalogue;
  const [shown, show] = useIdentificationId();
  const identify = useIdentify();
  const start = () =>
    identify.mutate(request.observations, {
      onSuccess: ({ calculation_id }) => show(calculation_id),
      onError: (error) => notifications.show({ color: "red", message: wholeFailureText(text, error) }),
    });
  return (
    <Section
      title={words.title}
      subtitle={words.text}
      aside={
        <Button
          variant="default"
          size="sm"
          aria-disabled={identify.isPending} // not `loading`, which would take the focus away
          leftSection={<Icon name="search" size={16} />}
          onClick={identify.isPending ? undefined : start}
        >
          {shown === null ? words.start : words.again}
        </Button>
      }
    >
      {shown !== null && <Comparison key={shown} calculationId={shown} />}
    </Section>
  );
}

function Comparison({ calculationId }: { calculationId: string }) {
  const text = useText();
  const { calculation, line, error } = useCalculation<Identification>(calculationId, () => undefined);
  if (calculation === undefined && error !== null) return <Text c="dimmed">{failureText(text, error)}</Text>;
  const running = calculation === undefined || !isFinal(calculation);
  const said = headline(text, calculation);
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        {said !== "" && (
          <Text fw={600} role="status">
            {said}
          </Text>
        )}
        {running && (
          <Group gap="xs">
            <LineBadge line={line} />
            <CancelButton calculationId={calculationId} />
          </Group>
        )}
      </Group>
      {running ? (
        <Running fraction={calculation?.progress?.fraction ?? 0} line={line} />
      ) : (
        <Outcome calculation={calculation} />
      )}
    </Stack>
  );
}

/** What it does or found. One element all the time, so that a screen reader says it anew when it changes. */
function headline(text: Dictionary, calculation: Identification | undefined): string {
  const { identify: words } = text.catalogue;
  if (calculation === undefined || !isFinal(calculation)) return words.running;
  if (calculation.state === "CANCELLED") return words.cancelled;
  const { identification_result: result } = calculation;
  if (result === undefined) return ""; // its alert says it
  if (result.candidates.length === 0) return words.none;
  return words.found(result.candidate_count, formatNumber(result.object_count, text.locale, 0));
}

function Running({ fraction, line }: { fraction: number; line: LiveState }) {
  const { identify: words } = useText().catalogue;
  return (
    <>
      <Progress value={100 * fraction} size="lg" animated aria-label={words.running} />
      <LineAlert line={line} />
    </>
  );
}

function Outcome({ calculation }: { calculation: Identification }) {
  const text = useText();
  const { identify: words } = text.catalogue;
  const { state, error, identification_result: result } = calculation;
  const whole = (value: number) => formatNumber(value, text.locale, 0);
  if (state === "CANCELLED") return null;
  if (result === undefined) {
    return (
      <Alert color="red" icon={<Icon name="warning" />} title={words.failed} role="alert">
        {error && (text.reasons[error.reason] ?? error.message)}
      </Alert>
    );
  }
  return (
    <>
      {result.candidates.length === 0 ? (
        <Text>{result.object_count === 0 ? words.emptyCatalogue : words.noneText(whole(result.object_count))}</Text>
      ) : (
        <CandidateTable candidates={result.candidates} total={result.compared_observation_count} />
      )}
      {result.left_out_count > 0 && (
        <Text size="sm" c="dimmed">
          {words.leftOut(whole(result.left_out_count))}
        </Text>
      )}
    </>
  );
}

function CancelButton({ calculationId }: { calculationId: string }) {
  const text = useText();
  const cancel = useCancelIdentification(calculationId);
  return (
    <Button variant="default" size="xs" loading={cancel.isPending} onClick={() => cancel.mutate()}>
      {text.common.cancel}
    </Button>
  );
}

import { Alert, Button, Group, Progress, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Icon } from "@/components/icon.tsx";
import { LineAlert, LineBadge } from "@/components/line-state.tsx";
import { Section } from "@/components/section.tsx";
import { failureText, wholeFailureText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { isFinal, useCalculation } from "@/lib/calculation.ts";
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
          loading={identify.isPending}
          leftSection={<Icon name="search" size={16} />}
          onClick={start}
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
  const { identify: words } = text.catalogue;
  const { calculation, line, error } = useCalculation<Identification>(calculationId, () => undefined);
  if (calculation === undefined && error !== null) return <Text c="dimmed">{failureText(text, error)}</Text>;
  if (calculation === undefined || !isFinal(calculation)) {
    return (
      <Stack gap="sm">
        <Group justify="space-between">
          <Text fw={600} role="status">
            {words.running}
          </Text>
          <Group gap="xs">
            <LineBadge line={line} />
            <CancelButton calculationId={calculationId} />
          </Group>
        </Group>
        <Progress value={100 * (calculation?.progress?.fraction ?? 0)} size="lg" animated aria-label={words.running} />
        <LineAlert line={line} />
      </Stack>
    );
  }
  return <Outcome calculation={calculation} />;
}

function Outcome({ calculation }: { calculation: Identification }) {
  const text = useText();
  const { identify: words } = text.catalogue;
  const { state, error, identification_result: result } = calculation;
  if (state === "CANCELLED") return <Text c="dimmed">{words.cancelled}</Text>;
  if (result === undefined) {
    return (
      <Alert color="red" icon={<Icon name="warning" />} title={words.failed} role="alert">
        {error && (text.reasons[error.reason] ?? error.message)}
      </Alert>
    );
  }
  const compared = new Intl.NumberFormat(text.locale).format(result.object_count);
  return (
    <Stack gap="sm">
      {result.candidates.length === 0 ? (
        <Alert color="gray" icon={<Icon name="telescope" />} title={words.none} role="status">
          {words.noneText(compared)}
        </Alert>
      ) : (
        <>
          <Text fw={600} role="status">
            {words.found(result.candidate_count, compared)}
          </Text>
          <CandidateTable candidates={result.candidates} total={result.compared_observation_count} />
        </>
      )}
      {result.note !== "" && (
        <Text size="sm" c="dimmed">
          {result.note}
        </Text>
      )}
    </Stack>
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

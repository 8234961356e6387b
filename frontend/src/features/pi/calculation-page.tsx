import { Alert, Anchor, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { Link } from "wouter";
import { DataAge } from "@/components/data-age.tsx";
import { FailurePanel } from "@/components/failure-panel.tsx";
import { Icon } from "@/components/icon.tsx";
import { MessagePanel } from "@/components/message-panel.tsx";
import { PageTitle } from "@/components/page-title.tsx";
import { useText } from "@/i18n/language.tsx";
import { ApiError } from "@/lib/http.ts";
import { DigitsSection } from "./digits-section.tsx";
import { MomentText } from "./moment-text.tsx";
import { formatCount } from "./position.ts";
import { ResultPanel } from "./result-panel.tsx";
import { RunProgress } from "./run-progress.tsx";
import { StateLabel } from "./state-label.tsx";
import { durationText, runMs } from "@/lib/duration.ts";
import { isFinal, type PiCalculation } from "./types.ts";
import { useLiveCalculation } from "./use-live-calculation.ts";
import { useNow } from "@/lib/use-now.ts";
import classes from "./pi.module.css";

/** One calculation of pi: how far it is, and all its digits when it is done. */
export default function CalculationPage({ id }: { id: string }) {
  const text = useText();
  const { known, line } = useLiveCalculation(id);
  const refetch = () => void known.refetch();
  if (known.error instanceof ApiError && known.error.status === 404) return <NotFound />;
  if (!known.data) {
    return known.error ? (
      <FailurePanel title={text.pi.one.loadFailed} error={known.error} onRetry={refetch} page />
    ) : (
      <Stack role="status" aria-label={text.common.loading}>
        <Skeleton height={36} width="40%" />
        <Skeleton height={120} radius="lg" />
        <Skeleton height={420} radius="lg" />
      </Stack>
    );
  }
  const calculation = known.data;
  return (
    <Stack gap="lg">
      <Stack gap="sm">
        <Group justify="space-between">
          <BackLink />
          {known.isError && <DataAge updatedAt={known.dataUpdatedAt} failing onRefresh={refetch} />}
        </Group>
        <Header calculation={calculation} />
      </Stack>
      {!isFinal(calculation) && <RunProgress calculation={calculation} line={line} />}
      <Ending calculation={calculation} />
    </Stack>
  );
}

function Header({ calculation }: { calculation: PiCalculation }) {
  const text = useText();
  const words = text.pi.one;
  const now = useNow(!isFinal(calculation));
  const taken = runMs(calculation, now);
  const position = formatCount(calculation.pi.digit_position, text.locale);
  return (
    <>
      <Group gap="sm">
        <PageTitle>{words.heading(position)}</PageTitle>
        <StateLabel state={calculation.state} size="lg" />
      </Group>
      <Text c="dimmed" component="p" m={0} className={classes.subtitle}>
        <span>
          {words.who} {calculation.creator || text.pi.nobody}
        </span>
        <MomentText moment={calculation.create_time} />
        {taken !== null && (
          <span>
            {words.taken} {durationText(text, taken)}
          </span>
        )}
      </Text>
    </>
  );
}

/** What came of a finished calculation. */
function Ending({ calculation }: { calculation: PiCalculation }) {
  const text = useText();
  const { state, pi, pi_result, error } = calculation;
  if (state === "SUCCEEDED" && pi_result) {
    return (
      <>
        <ResultPanel calculation={calculation} result={pi_result} />
        <DigitsSection calculationId={calculation.calculation_id} last={pi.digit_position} />
      </>
    );
  }
  if (state === "FAILED") {
    return (
      <Alert color="red" title={text.pi.one.failedTitle} icon={<Icon name="warning" />}>
        {error && (text.reasons[error.reason] ?? error.message)}
      </Alert>
    );
  }
  if (state === "CANCELLED") {
    return (
      <MessagePanel icon="cross" title={text.pi.one.cancelledTitle}>
        {text.pi.one.cancelledText}
      </MessagePanel>
    );
  }
  return null;
}

function BackLink() {
  const text = useText();
  return (
    <Anchor component={Link} to="/pi" size="sm">
      <Group gap={6} component="span">
        <Icon name="back" size={16} />
        {text.pi.all}
      </Group>
    </Anchor>
  );
}

function NotFound() {
  const text = useText();
  return (
    <MessagePanel
      icon="search"
      title={text.pi.one.notFoundTitle}
      page
      action={
        <Button component={Link} to="/pi">
          {text.pi.all}
        </Button>
      }
    >
      {text.pi.one.notFoundText}
    </MessagePanel>
  );
}

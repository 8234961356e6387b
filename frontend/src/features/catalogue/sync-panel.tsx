import { Button, Skeleton, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Icon } from "@/components/icon.tsx";
import { LineAlert, LineBadge } from "@/components/line-state.tsx";
import { Section } from "@/components/section.tsx";
import { failureText, wholeFailureText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { isFinal } from "@/lib/calculation.ts";
import { useLatestSync, useStartSync, useSync } from "./sync-api.ts";
import { SyncHeadline } from "./sync-headline.tsx";
import { SyncOutcome } from "./sync-outcome.tsx";
import { SyncProgress } from "./sync-progress.tsx";

/** The latest synchronisation and the button for another one; for moderators. */
export function SyncPanel() {
  const text = useText();
  const { sync: words } = text.catalogue;
  const latest = useLatestSync();
  const starting = useStartSync();
  const start = (allowShrink: boolean) =>
    starting.mutate(allowShrink, {
      onSuccess: ({ joined }) =>
        notifications.show({ color: "petrol", message: joined ? words.joined : words.started }),
      onError: (error) => notifications.show({ color: "red", message: wholeFailureText(text, error) }),
    });
  if (latest.data) {
    return <KnownSync key={latest.data} calculationId={latest.data} start={start} starting={starting.isPending} />;
  }
  return (
    <Section title={words.title} aside={<StartButton start={start} starting={starting.isPending} />}>
      {latest.isPending ? (
        <Skeleton height={20} />
      ) : (
        <Text c="dimmed">{latest.error ? failureText(text, latest.error) : words.never}</Text>
      )}
    </Section>
  );
}

interface StartProps {
  start: (allowShrink: boolean) => void;
  starting: boolean;
}

function KnownSync({ calculationId, start, starting }: StartProps & { calculationId: string }) {
  const text = useText();
  const { sync: words } = text.catalogue;
  const { calculation, line, error } = useSync(calculationId);
  const running = calculation !== undefined && !isFinal(calculation);
  const startable = !running && (calculation !== undefined || error !== null);
  return (
    <Section
      title={words.title}
      aside={startable ? <StartButton start={start} starting={starting} /> : <LineBadge line={line} />}
    >
      {calculation === undefined ? (
        error === null ? (
          <Skeleton height={20} />
        ) : (
          <Text c="dimmed">{failureText(text, error)}</Text>
        )
      ) : (
        <>
          <SyncHeadline calculation={calculation} />
          {running ? (
            <SyncProgress calculation={calculation} />
          ) : (
            <SyncOutcome calculation={calculation} starting={starting} onAllowShrink={() => start(true)} />
          )}
        </>
      )}
      {running && <LineAlert line={line} />}
    </Section>
  );
}

function StartButton({ start, starting }: StartProps) {
  const { sync: words } = useText().catalogue;
  return (
    <Button loading={starting} leftSection={<Icon name="repeat" size={16} />} onClick={() => start(false)}>
      {words.start}
    </Button>
  );
}

import { lazy, Suspense, useState } from "react";
import { Button, Group, Paper, Progress, Stack, Text } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import { useFocusHandOver } from "@/lib/focus.ts";
import { BATCH_ID, batchPlaces } from "./batch-places.ts";
import { useBatch, useBatchPart } from "./list-batch.ts";
import { BatchOutcome } from "./list-batch-outcome.tsx";
import type { RequestRow } from "./types.ts";
import { useBatchDecision } from "./use-batch-decision.ts";
import classes from "./list.module.css";

const RejectModal = lazy(() => import("./reject-modal.tsx"));

/** What can be done with the ticked rows, how far it is, and what came of it; stays at the foot of the view. */
export function BatchBar({ matching }: { matching: readonly RequestRow[] }) {
  const text = useText();
  const run = useBatchPart((state) => state.run);
  const selected = useBatchPart((state) => state.selected);
  const waiting = matching.filter((row) => row.status === "FORMED");
  const chosen = waiting.filter((row) => selected?.has(row.id));
  if (!run && chosen.length === 0) return <SelectAll ids={waiting.map((row) => row.id)} />;
  return (
    <Paper
      withBorder
      shadow="md"
      p="sm"
      component="section"
      id={BATCH_ID}
      tabIndex={-1}
      aria-label={text.requestList.batch}
      className={classes.batch}
    >
      <Stack gap="xs">
        {run && run.state !== "ended" && <BatchProgress />}
        {run?.state === "ended" && <BatchOutcome run={run} />}
        {(!run || run.state === "ended") && <BatchChoice chosen={chosen} waiting={waiting} />}
      </Stack>
    </Paper>
  );
}

interface BatchChoiceProps {
  chosen: readonly RequestRow[];
  waiting: readonly RequestRow[];
}

function BatchChoice({ chosen, waiting }: BatchChoiceProps) {
  const text = useText();
  const batch = useBatch();
  const place = useFocusHandOver(batchPlaces);
  if (chosen.length === 0) return null;
  return (
    <Group justify="space-between" gap="xs" ref={place}>
      <Group gap="xs">
        <Text fw={600} role="status">
          {text.requestList.selected(chosen.length)}
        </Text>
        {chosen.length < waiting.length && <SelectAll ids={waiting.map((row) => row.id)} />}
        <Button size="compact-sm" variant="subtle" onClick={batch.clear}>
          {text.requestList.clear}
        </Button>
      </Group>
      <BatchSteps chosen={chosen} />
    </Group>
  );
}

function SelectAll({ ids }: { ids: readonly number[] }) {
  const text = useText();
  const batch = useBatch();
  const place = useFocusHandOver(batchPlaces);
  if (ids.length < 2) return null;
  return (
    <Button
      ref={place}
      size="compact-sm"
      variant="subtle"
      className={classes.selectAll}
      onClick={() => batch.select(ids, true)}
    >
      {text.requestList.selectAll(ids.length)}
    </Button>
  );
}

function BatchSteps({ chosen }: { chosen: readonly RequestRow[] }) {
  const text = useText();
  const decide = useBatchDecision();
  const [rejecting, setRejecting] = useState(false);
  const count = chosen.length;
  return (
    <Group gap="xs">
      <Button size="xs" onClick={() => decide({ kind: "complete" }, chosen)}>
        {text.requestList.complete(count)}
      </Button>
      <Button size="xs" variant="default" onClick={() => setRejecting(true)}>
        {text.requestList.reject(count)}
      </Button>
      {rejecting && (
        <Suspense>
          <RejectModal
            title={text.requestList.rejectTitle(count)}
            explanation={text.requestList.rejectText}
            busy={false}
            refusal={null}
            onClose={() => setRejecting(false)}
            onReject={(reason) => {
              setRejecting(false);
              decide({ kind: "reject", reason }, chosen);
            }}
          />
        </Suspense>
      )}
    </Group>
  );
}

function BatchProgress() {
  const text = useText();
  const batch = useBatch();
  const run = useBatchPart((state) => state.run);
  const place = useFocusHandOver(batchPlaces);
  if (!run) return null;
  const settled = run.done + run.refused.length;
  return (
    <>
      <Group justify="space-between" gap="xs" ref={place}>
        <Text fw={600} role="status">
          {run.state === "stopping"
            ? text.requestList.stopping
            : `${text.requestList.running[run.kind]}: ${text.requestList.progress(settled, run.total)}`}
        </Text>
        <Button size="compact-sm" variant="default" disabled={run.state === "stopping"} onClick={batch.stop}>
          {text.requestList.stop}
        </Button>
      </Group>
      <Progress value={(100 * settled) / run.total} aria-label={text.requestList.running[run.kind]} />
    </>
  );
}

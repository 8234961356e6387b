import { useState } from "react";
import { Group, Paper, Progress, Stack, Text } from "@mantine/core";
import { CancelButton } from "@/components/cancel-button.tsx";
import { Icon } from "@/components/icon.tsx";
import type { Dictionary } from "@/i18n/en.ts";
import { useText } from "@/i18n/language.tsx";
import type { LiveState } from "@/lib/live.ts";
import { useUser } from "@/lib/session.tsx";
import { useCancelPi } from "./api.ts";
import { LineAlert, LineBadge } from "@/components/line-state.tsx";
import { durationText } from "@/lib/duration.ts";
import { estimateLeftMs, firstSight, type FirstSight } from "./time-taken.ts";
import type { PiCalculation } from "./types.ts";
import { useNow } from "@/lib/use-now.ts";

/** Stage, progress and time left of a calculation that is not finished, and the button that ends it. */
export function RunProgress({ calculation, line }: { calculation: PiCalculation; line: LiveState }) {
  const text = useText();
  const now = useNow(true);
  const [sight, setSight] = useState<FirstSight | null>(null);
  const present = firstSight(sight, calculation, now);
  if (present !== sight) setSight(present);
  const { fraction } = calculation.progress;
  const left = calculation.state === "RUNNING" ? estimateLeftMs(present, fraction, now) : null;
  return (
    <Paper withBorder p={{ base: "md", sm: "lg" }} component="section" aria-label={text.pi.one.running}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Group gap="sm" wrap="nowrap">
            <Icon name="clock" />
            <Text fw={600} role="status">
              {stageText(text, calculation, now)}
            </Text>
          </Group>
          <LineBadge line={line} />
        </Group>
        <Progress
          value={100 * fraction}
          size="lg"
          animated={calculation.state === "RUNNING"}
          aria-label={text.pi.one.running}
        />
        <Group justify="space-between">
          <Text size="sm" c="dimmed">
            {[`${Math.floor(100 * fraction)} %`, left !== null && text.pi.one.left(leftText(text, left))]
              .filter(Boolean)
              .join(" · ")}
          </Text>
          <CancelPi calculation={calculation} />
        </Group>
        <LineAlert line={line} />
      </Stack>
    </Paper>
  );
}

/** For whoever asked for it, and for moderators. */
function CancelPi({ calculation }: { calculation: PiCalculation }) {
  const text = useText();
  const user = useUser();
  const cancel = useCancelPi(calculation.calculation_id);
  if (user.role !== "moderator" && user.username !== calculation.creator) return null;
  return <CancelButton label={text.pi.one.cancel} done={text.pi.one.cancelled} cancel={cancel} />;
}

/** A guess is not told to the hundredth of a second. */
const leftText = (text: Dictionary, left_ms: number) => durationText(text, 1_000 * Math.ceil(left_ms / 1_000));

function stageText(text: Dictionary, { state, progress, due_time }: PiCalculation, now: number): string {
  if (state === "RUNNING") {
    const stage = text.pi.one.stages[progress.stage] ?? progress.stage;
    return [text.pi.states.RUNNING, stage].filter(Boolean).join(" · ");
  }
  const wait_s = due_time === undefined ? 0 : Math.ceil((Date.parse(due_time) - now) / 1_000);
  return wait_s > 0 ? text.pi.one.startsIn(wait_s) : text.pi.one.waiting;
}

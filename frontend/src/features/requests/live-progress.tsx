import { useEffect, useState } from "react";
import { Group, Paper, Progress, Stack, Text } from "@mantine/core";
import { Icon } from "@/components/icon.tsx";
import { LineAlert, LineBadge } from "@/components/line-state.tsx";
import type { Dictionary } from "@/i18n/en.ts";
import { useText } from "@/i18n/language.tsx";
import { isFinal, type Calculation } from "@/lib/calculation.ts";
import { useRequestCalculation } from "./calculation-api.ts";

/** Stage and progress of the calculation that the request waits for. */
export function LiveProgress({ requestId, calculationId }: { requestId: number; calculationId: string }) {
  const text = useText();
  const { calculation, line } = useRequestCalculation(requestId, calculationId);
  const now = useNow();
  return (
    <Paper withBorder p={{ base: "md", sm: "lg" }} component="section" aria-label={text.calculation.title}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Group gap="sm">
            <Icon name="clock" />
            <Text fw={600} role="status">
              {calculation ? stageText(text, calculation, now) : text.calculation.SCHEDULED}
            </Text>
          </Group>
          <LineBadge line={line} />
        </Group>
        <Progress
          value={calculation ? percentOf(calculation) : 0}
          size="lg"
          animated={calculation?.state === "RUNNING"}
          aria-label={text.calculation.progress}
        />
        <LineAlert line={line} />
      </Stack>
    </Paper>
  );
}

function percentOf(calculation: Calculation): number {
  if (isFinal(calculation)) return 100;
  return calculation.state === "RUNNING" ? Math.round(100 * (calculation.progress?.fraction ?? 0)) : 0;
}

function stageText(text: Dictionary, calculation: Calculation, now: number): string {
  if (isFinal(calculation)) return text.calculation.delivering;
  if (calculation.state === "RUNNING") {
    const stage = calculation.progress?.stage ?? "";
    return [text.calculation.RUNNING, text.stages[stage] ?? stage, `${percentOf(calculation)} %`]
      .filter(Boolean)
      .join(" · ");
  }
  const wait_s = calculation.due_time ? Math.ceil((Date.parse(calculation.due_time) - now) / 1_000) : 0;
  return wait_s > 0 ? text.calculation.startsIn(wait_s) : text.calculation.startsNow;
}

function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

import { Group, Progress, Stack, Text } from "@mantine/core";
import { CancelButton } from "@/components/cancel-button.tsx";
import { useText } from "@/i18n/language.tsx";
import { formatNumber } from "@/lib/quantity.ts";
import { SyncCountsList } from "./sync-counts.tsx";
import { useCancelSync } from "./sync-api.ts";
import type { SyncCalculation } from "./types.ts";

/** A run that is not finished: what it does, how far it is, and the button that ends it. */
export function SyncProgress({ calculation }: { calculation: SyncCalculation }) {
  const text = useText();
  const { sync: words } = text.catalogue;
  const cancel = useCancelSync(calculation.calculation_id);
  const { progress, state } = calculation;
  const counts = progress?.catalogue_sync;
  const whole = (value: number) => formatNumber(value, text.locale, 0);
  return (
    <Stack gap="sm">
      <Progress
        value={100 * (progress?.fraction ?? 0)}
        size="lg"
        animated={state === "RUNNING"}
        aria-label={words.progress}
      />
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {counts?.object_count !== undefined && counts.page_count !== undefined
            ? words.info(whole(counts.object_count), whole(counts.page_count))
            : ""}
        </Text>
        <CancelButton label={words.cancel} cancel={cancel} />
      </Group>
      {counts && <SyncCountsList counts={counts} />}
    </Stack>
  );
}

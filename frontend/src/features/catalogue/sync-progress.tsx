import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Icon } from "@/components/icon.tsx";
import { wholeFailureText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { formatNumber } from "@/lib/quantity.ts";
import { SyncCountsList } from "./sync-counts.tsx";
import { useCancelSync } from "./sync-api.ts";
import type { SyncCalculation } from "./types.ts";

/** A run that is not finished: what it does, how far it is, and the button that ends it. */
export function SyncProgress({ calculation }: { calculation: SyncCalculation }) {
  const text = useText();
  const { sync: words } = text.catalogue;
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
        <CancelButton calculationId={calculation.calculation_id} />
      </Group>
      {counts && <SyncCountsList counts={counts} />}
    </Stack>
  );
}

function CancelButton({ calculationId }: { calculationId: string }) {
  const text = useText();
  const cancel = useCancelSync(calculationId);
  const run = () =>
    cancel.mutate(undefined, {
      onError: (error) => notifications.show({ color: "red", message: wholeFailureText(text, error) }),
    });
  return (
    <Button
      variant="default"
      size="xs"
      loading={cancel.isPending}
      leftSection={<Icon name="cross" size={14} />}
      onClick={run}
    >
      {text.catalogue.sync.cancel}
    </Button>
  );
}

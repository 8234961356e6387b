import { Button, Group, List, Text } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import { useFocusHandOver } from "@/lib/focus.ts";
import { batchPlaces } from "./batch-places.ts";
import { outcomeText, refusedText } from "./decision-text.ts";
import { useBatch, type BatchRun } from "./list-batch.ts";
import { requestName } from "./request-name.ts";

const REFUSED_SHOWN = 5;

/** What came of deciding about several rows: how many changed, and of the others why they did not. */
export function BatchOutcome({ run }: { run: BatchRun }) {
  const text = useText();
  const batch = useBatch();
  const { requestList: words } = text;
  const place = useFocusHandOver(batchPlaces);
  return (
    <div ref={place} role={run.refused.length > 0 ? "alert" : "status"}>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
        <Text fw={600} c={run.refused.length > 0 ? "red" : undefined}>
          {outcomeText(text, run)}
        </Text>
        <Button size="compact-sm" variant="default" flex="none" onClick={batch.dismiss}>
          {words.dismiss}
        </Button>
      </Group>
      {run.refused.length > 0 && (
        <List size="sm" mt={4}>
          {run.refused.slice(0, REFUSED_SHOWN).map(({ row, outcome }) => (
            <List.Item key={row.id}>
              {requestName(text, row)}: {refusedText(text, outcome)}
            </List.Item>
          ))}
          {run.refused.length > REFUSED_SHOWN && (
            <List.Item>{words.moreRefused(run.refused.length - REFUSED_SHOWN)}</List.Item>
          )}
        </List>
      )}
    </div>
  );
}

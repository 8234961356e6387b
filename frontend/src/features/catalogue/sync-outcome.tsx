import { useState } from "react";
import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { Icon } from "@/components/icon.tsx";
import type { Dictionary } from "@/i18n/en.ts";
import { useText } from "@/i18n/language.tsx";
import { formatWhen } from "@/components/moments.tsx";
import { SyncCountsList } from "./sync-counts.tsx";
import { mayHaveEnded, type SyncCalculation } from "./types.ts";

const NAMES_THE_PAGE = new Set(["SOURCE_UNAVAILABLE", "SOURCE_UNREADABLE", "CATALOGUE_UNAVAILABLE", "INVALID_PAGE"]);

interface SyncOutcomeProps {
  calculation: SyncCalculation;
  starting: boolean;
  onAllowShrink: () => void;
}

/** What a finished run did; where it held deletions back, why, and the explicit next step. */
export function SyncOutcome({ calculation, starting, onAllowShrink }: SyncOutcomeProps) {
  const text = useText();
  const { sync: words } = text.catalogue;
  const { state, error, finish_time, catalogue_sync_result: result } = calculation;
  if (state === "FAILED") {
    return (
      <Alert color="red" icon={<Icon name="warning" />} title={words.failed} role="alert">
        {error && <Text size="sm">{failedBecause(text, error)}</Text>}
        <Text size="sm">{mayHaveEnded(calculation) ? words.failedHintAtEnd : words.failedHint}</Text>
        {finish_time !== undefined && <Text size="sm">{formatWhen(finish_time, text.locale)}</Text>}
      </Alert>
    );
  }
  if (result === undefined) return null;
  return (
    <Stack gap="sm">
      <SyncCountsList counts={result.counts} duration_s={result.duration_s} />
      {result.warning !== "" && <HeldBack warning={result.warning} starting={starting} onAllowShrink={onAllowShrink} />}
    </Stack>
  );
}

function HeldBack({ warning, ...next }: { warning: string; starting: boolean; onAllowShrink: () => void }) {
  const { sync: words } = useText().catalogue;
  const kind = warning.split(":")[0] ?? "";
  return (
    <Alert color="orange" icon={<Icon name="warning" />} title={words.heldBack} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{words.heldBackBecause[kind] ?? warning}</Text>
        {kind === "SHRINKS" && <AllowShrink {...next} />}
      </Stack>
    </Alert>
  );
}

function AllowShrink({ starting, onAllowShrink }: { starting: boolean; onAllowShrink: () => void }) {
  const text = useText();
  const { sync: words } = text.catalogue;
  const [asking, setAsking] = useState(false);
  const confirm = () => {
    setAsking(false);
    onAllowShrink();
  };
  return (
    <>
      <Button variant="default" size="xs" loading={starting} onClick={() => setAsking(true)}>
        {words.allowShrink}
      </Button>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={words.allowShrinkTitle}
        closeButtonProps={{ "aria-label": text.common.close }}
      >
        <Stack>
          <Text>{words.allowShrinkText}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setAsking(false)}>
              {text.common.cancel}
            </Button>
            <Button color="red" onClick={confirm}>
              {words.allowShrink}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

/** Why, in the reader's language; and the server's own words where they name the page. */
function failedBecause(text: Dictionary, { reason, message }: { reason: string; message: string }): string {
  const known = text.reasons[reason];
  return known === undefined || NAMES_THE_PAGE.has(reason) ? [known, message].filter(Boolean).join(" ") : known;
}

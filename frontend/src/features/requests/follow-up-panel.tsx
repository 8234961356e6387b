import { useMemo, useState } from "react";
import { Alert, Button, Stack, Text } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { Icon } from "@/components/icon.tsx";
import { ResponsiveTable } from "@/components/responsive-table.tsx";
import { useText } from "@/i18n/language.tsx";
import { nightColumns } from "./follow-up-columns.tsx";
import { adviceOf, hindranceOf, nightsAsText, noteOf } from "./follow-up-text.ts";
import { useAngleFormat, useDistanceUnit } from "@/lib/preferences.ts";
import { Section } from "@/components/section.tsx";
import type { FollowUp } from "./types.ts";

const SHOWN_AT_FIRST = 7;

/** What next: when to observe again, and where the object stands in the coming nights. */
export function FollowUpPanel({ followUp }: { followUp: FollowUp }) {
  const text = useText();
  const words = text.request.followUp;
  const [unit] = useDistanceUnit();
  const [angles] = useAngleFormat();
  const [all, setAll] = useState(false);
  const columns = useMemo(() => nightColumns(text, unit, angles), [text, unit, angles]);
  const { nights } = followUp;
  const { note, lang } = noteOf(text, followUp);
  if (nights.length === 0) {
    return (
      <Section title={words.title}>
        <Alert color="gray" icon={<Icon name="telescope" />} title={words.nothing}>
          <span lang={lang}>{note}</span>
        </Alert>
      </Section>
    );
  }
  const advice = adviceOf(text, followUp);
  return (
    <Section
      title={words.title}
      subtitle={words.subtitle(followUp.station)}
      aside={<CopyNights content={[advice, note, nightsAsText(nights)].filter(Boolean).join("\n")} />}
      bare
    >
      <Stack gap={4}>
        {advice !== null && <Text fw={600}>{advice}</Text>}
        {note !== null && (
          <Text size="sm" lang={lang}>
            {note}
          </Text>
        )}
      </Stack>
      <ResponsiveTable
        label={words.table}
        columns={columns}
        rows={all ? nights : nights.slice(0, SHOWN_AT_FIRST)}
        rowKey={(night) => night.at}
        tone={(night) => (hindranceOf(night) ? "muted" : undefined)}
      />
      {nights.length > SHOWN_AT_FIRST && (
        <div>
          <Button variant="subtle" size="compact-sm" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? words.showFewer : words.showAll(nights.length)}
          </Button>
        </div>
      )}
    </Section>
  );
}

function CopyNights({ content }: { content: string }) {
  const words = useText().request.followUp;
  const clipboard = useClipboard();
  const label = clipboard.error ? words.copyFailed : clipboard.copied ? words.copied : words.copy;
  return (
    <Button
      variant="default"
      size="compact-sm"
      leftSection={<Icon name={clipboard.copied ? "check" : "paste"} size={14} />}
      onClick={() => clipboard.copy(content)}
    >
      <span role="status">{label}</span>
    </Button>
  );
}

import { useMemo } from "react";
import { ActionIcon, Button, Group, Paper, Text, Tooltip } from "@mantine/core";
import { useSessionStorage } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { Icon } from "@/components/icon.tsx";
import { MessagePanel } from "@/components/message-panel.tsx";
import { ResponsiveTable, type Column } from "@/components/responsive-table.tsx";
import { failureText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { formatMoment } from "@/lib/moment.ts";
import { useDeleteObservation } from "./change-api.ts";
import { ObservationEditor } from "./observation-editor.tsx";
import { EMPTY_TEXTS, textsOf, type ObservationTexts } from "./observation-values.ts";
import { measuredColumns, TableSwitches } from "./observations-table.tsx";
import { useAngleFormat } from "@/lib/preferences.ts";
import { Section } from "@/components/section.tsx";
import type { Observation, RequestDetail } from "./types.ts";

/** The row being edited; null: a new one. */
interface Editing {
  id: number | null;
  texts: ObservationTexts;
}

/** What is typed and not saved, kept in this tab: refreshing the row or the page does not lose it. */
export function useEditing(requestId: number) {
  const [editing, setEditing, forget] = useSessionStorage<Editing | null>({
    key: `astrodist-observation-${requestId}`,
    defaultValue: null,
    getInitialValueInEffect: false,
  });
  return { editing, setEditing, dirty: editing !== null && isDirty(editing), close: forget };
}

/** An empty row kept open for the next observation holds nothing that could be lost. */
function isDirty({ id, texts }: Editing): boolean {
  return id !== null || [texts.time, texts.ra, texts.dec].some((value) => value.trim() !== "");
}

/** A draft's observations: a table whose rows turn into an editor. */
export function DraftObservations({ request, ...edit }: { request: RequestDetail } & ReturnType<typeof useEditing>) {
  const text = useText();
  const { editing, setEditing, dirty, close } = edit;
  const [angles] = useAngleFormat();
  const remove = useDeleteObservation(request.id);
  const { mutate: removeRow } = remove;
  const columns = useMemo<Column<Observation>[]>(
    () => [
      ...measuredColumns(text, angles),
      {
        key: "actions",
        label: text.common.edit,
        phone: "bare",
        align: "right",
        render: (row) => (
          <RowActions
            row={row}
            onEdit={() => setEditing({ id: row.id, texts: textsOf(row) })}
            onDelete={() =>
              removeRow(row.id, {
                onSuccess: () => notifications.show({ color: "petrol", message: text.draft.deleted }),
                onError: (error) => notifications.show({ color: "red", message: failureText(text, error) }),
              })
            }
          />
        ),
      },
    ],
    [text, angles, setEditing, removeRow],
  );
  const editor = (row: Observation | null) => (
    <ObservationEditor
      key={row?.id ?? "new"}
      requestId={request.id}
      observation={row}
      texts={editing?.texts ?? EMPTY_TEXTS}
      onTexts={(texts) => setEditing({ id: row?.id ?? null, texts })}
      onClose={close}
    />
  );
  const adding = editing?.id === null;
  return (
    <Section
      title={text.request.observations}
      subtitle={text.request.observationCount(request.observations.length)}
      aside={<TableSwitches withUnit={false} />}
      bare
    >
      {request.observations.length > 0 ? (
        <ResponsiveTable
          label={text.request.observations}
          columns={columns}
          rows={request.observations}
          rowKey={(row) => row.id}
          replace={(row) => (editing?.id === row.id ? editor(row) : null)}
        />
      ) : (
        !adding && (
          <MessagePanel icon="telescope" title={text.draft.emptyTitle}>
            {text.draft.emptyText}
          </MessagePanel>
        )
      )}
      {adding && (
        <Paper withBorder p={{ base: "md", sm: "lg" }}>
          {editor(null)}
        </Paper>
      )}
      <Group justify="space-between">
        <Button
          variant="light"
          leftSection={<Icon name="plus" size={16} />}
          disabled={adding}
          onClick={() => setEditing({ id: null, texts: EMPTY_TEXTS })}
        >
          {text.draft.add}
        </Button>
        {dirty && (
          <Text size="xs" c="dimmed">
            {text.draft.unsaved}
          </Text>
        )}
      </Group>
    </Section>
  );
}

function RowActions({ row, onEdit, onDelete }: { row: Observation; onEdit: () => void; onDelete: () => void }) {
  const text = useText();
  const when = formatMoment(row.observed_at);
  return (
    <Group gap={6} wrap="nowrap" justify="flex-end">
      <Tooltip label={text.common.edit}>
        <ActionIcon variant="default" aria-label={`${text.draft.editObservation} ${when}`} onClick={onEdit}>
          <Icon name="pencil" size={16} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={text.common.delete}>
        <ActionIcon variant="default" aria-label={`${text.draft.deleteObservation} ${when}`} onClick={onDelete}>
          <Icon name="trash" size={16} />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}

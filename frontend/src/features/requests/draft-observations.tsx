import { useMemo, useRef } from "react";
import { flushSync } from "react-dom";
import { Button, Group, Paper, Text } from "@mantine/core";
import { Icon } from "@/components/icon.tsx";
import { MessagePanel } from "@/components/message-panel.tsx";
import { ResponsiveTable, type Column } from "@/components/responsive-table.tsx";
import { Section } from "@/components/section.tsx";
import { useText } from "@/i18n/language.tsx";
import { useAngleFormat } from "@/lib/preferences.ts";
import { DraftImport, type usePastedFile } from "./draft-import.tsx";
import { ObservationEditor } from "./observation-editor.tsx";
import { EMPTY_TEXTS, textsOf, type ObservationField } from "./observation-values.ts";
import { measuredColumns, TableSwitches } from "./observations-table.tsx";
import { RowActions } from "./row-actions.tsx";
import { focusRow, onRowKey } from "./row-keys.ts";
import type { Observation, RequestDetail } from "./types.ts";
import type { useEditing } from "./use-editing.ts";
import { useRemoval } from "./use-removal.tsx";
import classes from "./request.module.css";

interface DraftObservationsProps {
  request: RequestDetail;
  edit: ReturnType<typeof useEditing>;
  pasted: ReturnType<typeof usePastedFile>;
}

/** A draft's observations: a table whose rows turn into an editor, and a file to add. */
export function DraftObservations({ request, edit, pasted }: DraftObservationsProps) {
  const text = useText();
  const { editing, setEditing, close } = edit;
  const rows = request.observations;
  // There is room for one edited row: to open another would lose what is typed in it.
  const obstacle = edit.dirty ? text.draft.formUnsaved : null;
  const columns = useEditColumns(request.id, obstacle, (row) => setEditing({ id: row.id, texts: textsOf(row) }));
  const table = useRef<HTMLDivElement>(null);
  const onClose = (row: Observation | null) => {
    // At once: a busy browser draws a frame before the row is back, and the focus would be lost.
    flushSync(close);
    if (row) focusRow(table.current, row.id);
  };
  const onMove = (row: Observation, step: 1 | -1, field: ObservationField) => {
    const next = rows[rows.indexOf(row) + step];
    if (next) setEditing({ id: next.id, texts: textsOf(next), field });
    else if (step > 0) setEditing({ id: null, texts: { ...EMPTY_TEXTS, station: row.station } });
    else onClose(row);
  };
  const editor = (row: Observation | null) => (
    <ObservationEditor
      key={row?.id ?? "new"}
      requestId={request.id}
      observation={row}
      texts={editing?.texts ?? EMPTY_TEXTS}
      startField={editing?.field ?? "time"}
      onTexts={(texts) => setEditing({ id: row?.id ?? null, texts })}
      onClose={() => onClose(row)}
      onMove={(step, field) => row && onMove(row, step, field)}
    />
  );
  const adding = editing?.id === null;
  return (
    <Section
      title={text.request.observations}
      subtitle={text.request.observationCount(rows.length)}
      aside={<TableSwitches withUnit={false} />}
      bare
    >
      {rows.length > 0 ? (
        <div ref={table} onKeyDown={onRowKey}>
          <ResponsiveTable
            label={text.request.observations}
            columns={columns}
            rows={rows}
            rowKey={(row) => row.id}
            replace={(row) => (editing?.id === row.id ? editor(row) : null)}
          />
        </div>
      ) : (
        !adding &&
        !pasted.file.open && (
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
      <AddButtons
        adding={adding}
        obstacle={obstacle}
        fileOpen={pasted.file.open}
        onAdd={() => setEditing({ id: null, texts: EMPTY_TEXTS })}
        onFile={() => pasted.setFile({ ...pasted.file, open: true })}
        hasRows={rows.length > 0}
      />
      {pasted.file.open && <DraftImport request={request} {...pasted} />}
    </Section>
  );
}

function useEditColumns(
  requestId: number,
  obstacle: string | null,
  onEdit: (row: Observation) => void,
): Column<Observation>[] {
  const text = useText();
  const [angles] = useAngleFormat();
  const remove = useRemoval(requestId);
  return useMemo<Column<Observation>[]>(
    () => [
      ...measuredColumns(text, angles),
      {
        key: "actions",
        label: text.common.edit,
        phone: "bare",
        align: "right",
        render: (row) => (
          <RowActions row={row} obstacle={obstacle} onEdit={() => onEdit(row)} onDelete={() => remove(row)} />
        ),
      },
    ],
    [text, angles, obstacle, onEdit, remove],
  );
}

interface AddButtonsProps {
  adding: boolean;
  /** Why no row can be opened now. */
  obstacle: string | null;
  fileOpen: boolean;
  hasRows: boolean;
  onAdd: () => void;
  onFile: () => void;
}

function AddButtons({ adding, obstacle, fileOpen, hasRows, onAdd, onFile }: AddButtonsProps) {
  const text = useText();
  return (
    <Group justify="space-between" gap="xs">
      <Group gap="xs">
        <Button
          variant="light"
          leftSection={<Icon name="plus" size={16} />}
          disabled={adding || obstacle !== null}
          aria-describedby="rows-hint"
          onClick={onAdd}
        >
          {text.draft.add}
        </Button>
        <Button
          variant="default"
          leftSection={<Icon name="paste" size={16} />}
          aria-expanded={fileOpen}
          disabled={fileOpen}
          onClick={onFile}
        >
          {text.intake.open}
        </Button>
      </Group>
      <Text size="xs" c="dimmed" id="rows-hint">
        {obstacle !== null
          ? `${text.draft.unsaved} ${obstacle}`
          : hasRows && <span className={classes.keys}>{text.draftTable.keys}</span>}
      </Text>
    </Group>
  );
}

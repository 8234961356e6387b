import { ActionIcon, Group, Tooltip } from "@mantine/core";
import { Icon } from "@/components/icon.tsx";
import { useText } from "@/i18n/language.tsx";
import { formatMoment } from "@/lib/moment.ts";
import type { Observation } from "./types.ts";

interface RowActionsProps {
  row: Observation;
  onEdit: () => void;
  /** Why the row cannot be edited now; null: it can. */
  obstacle: string | null;
  onDelete: () => void;
}

/** What can be done to an observation of a draft; `row-keys.ts` knows the buttons by their marks. */
export function RowActions({ row, onEdit, obstacle, onDelete }: RowActionsProps) {
  const text = useText();
  const when = formatMoment(row.observed_at);
  const mark = { "data-row": row.id };
  return (
    <Group gap={6} wrap="nowrap" justify="flex-end">
      <Tooltip label={obstacle ?? text.common.edit}>
        <ActionIcon
          variant="default"
          data-row-action="edit"
          {...mark}
          aria-label={`${text.draft.editObservation} ${when}`}
          // Not `disabled`: that would take the tooltip and the keys from row to row with it.
          data-disabled={obstacle !== null || undefined}
          aria-disabled={obstacle !== null}
          onClick={obstacle === null ? onEdit : undefined}
        >
          <Icon name="pencil" size={16} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={text.common.delete}>
        <ActionIcon
          variant="default"
          data-row-action="delete"
          {...mark}
          aria-label={`${text.draft.deleteObservation} ${when}`}
          onClick={onDelete}
        >
          <Icon name="trash" size={16} />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}

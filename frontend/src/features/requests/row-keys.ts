/** Keys in a table of observations: up and down go from row to row, Delete removes the row in hand. */
import type { KeyboardEvent } from "react";

export type RowAction = "edit" | "delete";

const selector = (action: RowAction) => `button[data-row-action="${action}"]`;

export function onRowKey(event: KeyboardEvent<HTMLElement>) {
  const button = (event.target as HTMLElement).closest<HTMLElement>("button[data-row-action]");
  const row = button?.closest("tr");
  if (!button || !row || event.altKey || event.ctrlKey || event.metaKey) return;
  const same = selector(button.dataset.rowAction as RowAction);
  const rows = [...(row.parentElement?.querySelectorAll("tr") ?? [])].filter((item) => item.querySelector(same));
  const focus = (item: Element | undefined) => item?.querySelector<HTMLElement>(same)?.focus();
  const at = rows.indexOf(row);
  const ways: Partial<Record<string, () => void>> = {
    ArrowDown: () => focus(rows[at + 1]),
    ArrowUp: () => focus(rows[at - 1]),
    Home: () => focus(rows[0]),
    End: () => focus(rows.at(-1)),
    Delete: () => {
      focus(rows[at + 1] ?? rows[at - 1]);
      row.querySelector<HTMLElement>(selector("delete"))?.click();
    },
  };
  const way = ways[event.key];
  if (!way) return;
  event.preventDefault();
  way();
}

/** Gives the focus back to the row whose editor was closed. */
export function focusRow(table: HTMLElement | null, observationId: number) {
  table?.querySelector<HTMLElement>(`${selector("edit")}[data-row="${observationId}"]`)?.focus();
}

import { useSessionStorage } from "@mantine/hooks";
import type { ObservationField, ObservationTexts } from "./observation-values.ts";

/** The row being edited; null: a new one. */
export interface Editing {
  id: number | null;
  texts: ObservationTexts;
  /** Where the caret begins. */
  field?: ObservationField;
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

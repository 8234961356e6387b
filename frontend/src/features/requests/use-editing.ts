import { useSessionStorage } from "@mantine/hooks";
import { isTouched, type ObservationField, type ObservationTexts } from "./observation-values.ts";
import type { Observation, RequestDetail } from "./types.ts";

/** The row being edited; null: a new one. */
export interface Editing {
  id: number | null;
  texts: ObservationTexts;
  /** Where the caret begins. */
  field?: ObservationField;
}

/** What is typed and not saved, kept in this tab: refreshing the row or the page does not lose it. A row that was
 * deleted elsewhere is edited no more. */
export function useEditing(request: RequestDetail) {
  const [kept, setEditing, forget] = useSessionStorage<Editing | null>({
    key: `astrodist-observation-${request.id}`,
    defaultValue: null,
    getInitialValueInEffect: false,
  });
  const row = request.observations.find((observation) => observation.id === kept?.id);
  const editing = kept !== null && (kept.id === null || row) ? kept : null;
  return { editing, setEditing, dirty: editing !== null && isDirty(editing, row), close: forget };
}

/** An empty row kept open for the next observation holds nothing that could be lost. */
function isDirty({ texts }: Editing, row: Observation | undefined): boolean {
  if (row) return isTouched(texts, row);
  return [texts.time, texts.ra, texts.dec].some((value) => value.trim() !== "");
}

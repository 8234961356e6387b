import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { failureText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { formatMoment } from "@/lib/moment.ts";
import { useDeleteObservation, useSaveObservation } from "./change-api.ts";
import type { Observation, ObservationInput } from "./types.ts";

const UNDO_MS = 12_000;

/** What was measured, as it is sent back when a removal is undone. */
const MEASURED = [
  ...["observed_at", "ra_deg", "dec_deg", "station", "sigma_ra_arcsec", "sigma_dec_arcsec", "correlation"],
  ...["magnitude", "band", "mode", "catalogue", "program", "observer_position_km"],
];

/** Removes an observation at once, and for a while offers to put it back. */
export function useRemoval(requestId: number) {
  const text = useText();
  const { mutate: remove } = useDeleteObservation(requestId);
  const { mutate: save } = useSaveObservation(requestId);
  const failed = (error: unknown) => notifications.show({ color: "red", message: failureText(text, error) });
  const restore = (row: Observation) =>
    save(
      { observationId: null, values: measuredOf(row) },
      {
        onSuccess: () => notifications.show({ color: "petrol", message: text.draftTable.restored }),
        onError: failed,
      },
    );
  const offerUndo = (row: Observation) => {
    const id = `removed-${row.id}`;
    const undo = () => {
      notifications.hide(id);
      restore(row);
    };
    notifications.show({
      id,
      color: "petrol",
      autoClose: UNDO_MS,
      message: (
        <Group justify="space-between" wrap="nowrap" gap="sm">
          {text.draftTable.removed(formatMoment(row.observed_at))}
          <Button size="compact-sm" variant="light" style={{ flexShrink: 0 }} onClick={undo}>
            {text.draftTable.undo}
          </Button>
        </Group>
      ),
    });
  };
  return (row: Observation) => remove(row.id, { onSuccess: () => offerUndo(row), onError: failed });
}

function measuredOf(row: Observation): ObservationInput {
  const given = Object.entries(row).filter(([name, value]) => MEASURED.includes(name) && value !== null);
  return Object.fromEntries(given) as unknown as ObservationInput;
}

import { Loader, Text } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import { DecisionButtons } from "./decision-buttons.tsx";
import { refusedText } from "./decision-text.ts";
import { useBatchPart } from "./list-batch.ts";
import type { RequestRow } from "./types.ts";
import classes from "./list.module.css";

/** A row's own buttons, and what came of the decision about several rows. */
export function RowDecision({ row, describedBy }: { row: RequestRow; describedBy: string }) {
  const text = useText();
  const state = useBatchPart(({ rows }) => rows.get(row.id) ?? null);
  if (state === "running" || state === "waiting") {
    return (
      <Text size="sm" c="dimmed" className={classes.rowState}>
        {state === "running" ? <Loader size={14} aria-label={text.common.loading} /> : text.requestList.waiting}
      </Text>
    );
  }
  if (row.status !== "FORMED") return null;
  return (
    <>
      <span className={classes.decisions}>
        <DecisionButtons row={row} size="xs" describedBy={describedBy} />
      </span>
      {state && (
        <Text size="xs" c="red" mt={4} className={classes.refused}>
          {text.requestList.notChanged}. {refusedText(text, state)}
        </Text>
      )}
    </>
  );
}

import { useEffect, useRef } from "react";
import { useText } from "@/i18n/language.tsx";
import { useBatch, useBatchPart } from "./list-batch.ts";
import { requestName } from "./request-name.ts";
import type { RequestRow } from "./types.ts";
import classes from "./list.module.css";

const isBusy = (run: { state: string } | null) => run !== null && run.state !== "ended";

/** Ticks a row; only what waits for a decision can be ticked. */
export function SelectRow({ row }: { row: RequestRow }) {
  const text = useText();
  const batch = useBatch();
  const ticked = useBatchPart(({ selected }) => selected.has(row.id)) ?? false;
  const busy = useBatchPart(({ run }) => isBusy(run)) ?? false;
  if (row.status !== "FORMED") return null;
  return (
    <input
      type="checkbox"
      className={classes.tick}
      aria-label={text.requestList.selectOne(requestName(text, row))}
      checked={ticked}
      disabled={busy}
      onChange={(event) => batch.select([row.id], event.currentTarget.checked)}
    />
  );
}

/** Ticks or unticks all rows shown that can be. */
export function SelectShown({ ids }: { ids: readonly number[] }) {
  const text = useText();
  const batch = useBatch();
  const input = useRef<HTMLInputElement>(null);
  const count = useBatchPart(({ selected }) => ids.filter((id) => selected.has(id)).length) ?? 0;
  const busy = useBatchPart(({ run }) => isBusy(run)) ?? false;
  const some = count > 0 && count < ids.length;
  useEffect(() => {
    if (input.current) input.current.indeterminate = some;
  }, [some]);
  return (
    <input
      ref={input}
      type="checkbox"
      className={classes.tick}
      aria-label={text.requestList.selectShown}
      checked={ids.length > 0 && count === ids.length}
      disabled={busy || ids.length === 0}
      onChange={() => batch.select(ids, count < ids.length)}
    />
  );
}

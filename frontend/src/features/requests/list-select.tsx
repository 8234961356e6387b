import { createContext, useContext, useEffect, useRef } from "react";
import type { Dictionary } from "@/i18n/en.ts";
import { useText } from "@/i18n/language.tsx";
import { useBatch, useBatchPart, type BatchState } from "./list-batch.ts";
import { requestName } from "./request-name.ts";
import type { RequestRow } from "./types.ts";
import classes from "./list.module.css";

const isBusy = ({ run }: BatchState) => run !== null && run.state !== "ended";

/** Ticks a row that waits for a decision. */
export function SelectRow({ row, text }: { row: RequestRow; text: Dictionary }) {
  const batch = useBatch();
  // One question for both: each is asked again at every change of the batch, for every row drawn.
  const standing = useBatchPart((state) => Number(state.selected.has(row.id)) + 2 * Number(isBusy(state))) ?? 0;
  return (
    <input
      type="checkbox"
      className={classes.tick}
      aria-label={text.requestList.selectOne(requestName(text, row))}
      checked={standing % 2 === 1}
      disabled={standing >= 2}
      onChange={(event) => batch.select([row.id], event.currentTarget.checked)}
    />
  );
}

/** The rows shown that can be ticked; a context, so that the columns stay the same when the rows change. */
export const WaitingContext = createContext<readonly number[]>([]);

/** Ticks or unticks all rows shown that can be. */
export function SelectShown() {
  const text = useText();
  const batch = useBatch();
  const ids = useContext(WaitingContext);
  const input = useRef<HTMLInputElement>(null);
  const count = useBatchPart(({ selected }) => ids.filter((id) => selected.has(id)).length) ?? 0;
  const busy = useBatchPart(isBusy) ?? false;
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

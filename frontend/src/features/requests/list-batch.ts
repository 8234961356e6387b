/** Rows ticked in the list and what comes of deciding about them together. Kept outside of React's state, so that a
 * tick draws one row and not thousands. */
import { createContext, useContext, useSyncExternalStore } from "react";
import type { DecisionOutcome } from "./change-api.ts";
import type { RequestRow } from "./types.ts";

export type BatchKind = "complete" | "reject";
/** Of a row in a batch; `deciding`: its own button was pressed. */
export type RowState = "waiting" | "running" | "deciding" | Extract<DecisionOutcome, { kind: "refused" }>;

/** One pass over the ticked rows; it stays until it is put away. */
export interface BatchRun {
  /** Grows from run to run. */
  id: number;
  kind: BatchKind;
  total: number;
  done: number;
  /** Rows that somebody else had completed before. */
  already: number;
  refused: readonly { row: RequestRow; outcome: Extract<DecisionOutcome, { kind: "refused" }> }[];
  state: "running" | "stopping" | "ended";
}

export interface BatchState {
  selected: ReadonlySet<number>;
  rows: ReadonlyMap<number, RowState>;
  run: BatchRun | null;
}

const EMPTY: BatchState = { selected: new Set(), rows: new Map(), run: null };
/** Decisions on their way at once: a browser opens six lines to a server, and polling needs one. */
const PARALLEL = 4;

export type Batch = ReturnType<typeof createBatch>;

let runs = 0;

export function createBatch() {
  let state = EMPTY;
  const listeners = new Set<() => void>();
  const change = (part: Partial<BatchState>) => {
    state = { ...state, ...part };
    for (const listener of listeners) listener();
  };
  const setRow = (id: number, rowState: RowState | null) => {
    const rows = new Map(state.rows);
    if (rowState === null) rows.delete(id);
    else rows.set(id, rowState);
    change({ rows });
  };
  const setRun = (part: Partial<BatchRun>) => {
    if (state.run) change({ run: { ...state.run, ...part } });
  };

  /** Takes the outcome of one row; what was done leaves the selection, what was refused stays for another try. */
  const settle = (row: RequestRow, outcome: DecisionOutcome) => {
    setRow(row.id, outcome.kind === "refused" ? outcome : null);
    const { run } = state;
    if (!run) return;
    if (outcome.kind === "refused") {
      setRun({ refused: [...run.refused, { row, outcome }] });
      return;
    }
    const selected = new Set(state.selected);
    selected.delete(row.id);
    change({ selected });
    setRun({ done: run.done + 1, already: run.already + (outcome.by === null ? 0 : 1) });
  };

  return {
    get: () => state,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** Ticks or unticks rows. */
    select(ids: readonly number[], ticked: boolean) {
      const selected = new Set(state.selected);
      for (const id of ids) {
        if (ticked) selected.add(id);
        else selected.delete(id);
      }
      change({ selected });
    },
    /** Marks a row about which a decision of its own is on its way. */
    mark: setRow,
    clear: () => change(EMPTY),
    /** Puts the outcome away; the ticks stay. */
    dismiss: () => change({ run: null, rows: new Map() }),
    stop: () => setRun({ state: "stopping" }),
    /** Decides about all of them, a few at a time; resolves when the last answer is there. */
    async run(kind: BatchKind, rows: readonly RequestRow[], decide: (row: RequestRow) => Promise<DecisionOutcome>) {
      change({
        rows: new Map(rows.map((row) => [row.id, "waiting"])),
        run: { id: ++runs, kind, total: rows.length, done: 0, already: 0, refused: [], state: "running" },
      });
      const queue = [...rows];
      const work = async () => {
        for (let row = queue.shift(); row; row = queue.shift()) {
          if (state.run?.state !== "running") return;
          setRow(row.id, "running");
          settle(row, await decide(row));
        }
      };
      try {
        await Promise.all(Array.from({ length: PARALLEL }, work));
      } finally {
        change({ rows: new Map([...state.rows].filter(([, rowState]) => typeof rowState === "object")) });
        setRun({ state: "ended" });
      }
    },
  };
}

export const BatchContext = createContext<Batch | null>(null);

/** The batch of this moderator; it outlives the list, since a batch under way goes on elsewhere. */
export function useBatch(): Batch {
  const batch = useContext(BatchContext);
  if (!batch) throw new Error("useBatch without a moderator");
  return batch;
}

const noSubscription = () => () => undefined;

/** A part of the batch's state, or null where there is no batch; draws anew only when the part changes. */
export function useBatchPart<Part>(part: (state: BatchState) => Part): Part | null {
  const batch = useContext(BatchContext);
  return useSyncExternalStore(batch?.subscribe ?? noSubscription, () => (batch ? part(batch.get()) : null));
}

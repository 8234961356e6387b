import { useCallback, useEffect, useRef, useState } from "react";
import { getDigits } from "./api.ts";
import { findDigits, type FindProgress } from "./find-digits.ts";

export interface Find extends FindProgress {
  needle: string;
  state: "searching" | "done" | "stopped" | "failed";
  error: unknown;
  /** Which of the positions the reader is at; -1: none was found. The first one is shown as soon as it is there. */
  current: number;
}

/** The search of one page: at most one at a time, a new one ends the one before. */
export function useFind(calculationId: string, last: number, onShow: (position: number, length: number) => void) {
  const [find, setFind] = useState<Find | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const start = useCallback(
    async (needle: string) => {
      running.current?.abort();
      const controller = (running.current = new AbortController());
      const { signal } = controller;
      const read = (offset: number, length: number) => getDigits(calculationId, offset, length, signal);
      let found: Find = {
        ...{ needle, state: "searching", error: null, current: -1 },
        ...{ searched: 0, positions: [], limited: false },
      };
      setFind(found);
      const tell = (part: Partial<Find>) => {
        found = { ...found, ...part };
        setFind((known) => ({ ...found, current: part.current ?? known?.current ?? -1 }));
      };
      try {
        for await (const progress of findDigits({ needle, last, read })) {
          if (signal.aborted) return;
          const first = found.positions.length === 0 ? progress.positions[0] : undefined;
          tell(first === undefined ? progress : { ...progress, current: 0 });
          if (first !== undefined) onShow(first, needle.length);
        }
        tell({ state: "done" });
      } catch (error) {
        if (!signal.aborted) tell({ state: "failed", error });
      }
    },
    [calculationId, last, onShow],
  );
  const stop = useCallback(() => {
    running.current?.abort();
    setFind((known) => known && { ...known, state: "stopped" });
  }, []);
  const clear = useCallback(() => {
    running.current?.abort();
    setFind(null);
  }, []);
  /** To the next or the previous find, around the ends. */
  const step = useCallback(
    (by: 1 | -1) => {
      if (!find || find.positions.length === 0) return;
      const count = find.positions.length;
      const current = (find.current + by + count) % count;
      setFind({ ...find, current });
      onShow(find.positions[current] ?? 0, find.needle.length);
    },
    [find, onShow],
  );
  return { find, start, stop, clear, step };
}

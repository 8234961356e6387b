import { useEffect, useRef, useState } from "react";
import { useQueryClient, type QueryKey } from "@tanstack/react-query";
import { newerOf, type CalculationRow } from "./calculation-rows.ts";
import type { LiveState } from "./live.ts";
import { openLiveSocket } from "./live-socket.ts";

/** One message of WatchCalculations. */
interface WatchMessage<Row> {
  calculation?: Row;
  initial_set_complete?: boolean;
}

/** Ten calculations at ten changes a second would draw the table a hundred times a second. */
const GATHER_MS = 100;

interface LiveCalculationsOptions<Row> {
  /** What is watched, for example `?kind=pi`. */
  query: string;
  /** The list that is asked again after the line was cut. */
  listKey: QueryKey;
  /** Takes snapshots, a few at a time. */
  take: (snapshots: readonly Row[]) => void;
}

/** The live line of a list of calculations. Returns whether it holds. */
export function useLiveCalculations<Row extends CalculationRow>(options: LiveCalculationsOptions<Row>): LiveState {
  const { query, listKey, take } = options;
  const client = useQueryClient();
  const [line, setLine] = useState<LiveState>("connecting");
  const latest = useRef({ listKey, take });
  useEffect(() => {
    latest.current = { listKey, take };
  });
  useEffect(() => {
    const gathered = new Map<string, Row>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let openings = 0;
    const flush = () => {
      timer = undefined;
      latest.current.take([...gathered.values()]);
      gathered.clear();
    };
    const close = openLiveSocket({
      path: `/v1/calculations:watch${query}`,
      onState: (state) => {
        setLine(state);
        if (state !== "open") return;
        openings += 1;
        // What was removed while the line was cut is told by the rows alone.
        if (openings > 1) void client.invalidateQueries({ queryKey: latest.current.listKey });
      },
      onMessage: (data) => {
        const { calculation, initial_set_complete = false } = JSON.parse(data) as WatchMessage<Row>;
        if (!calculation) return initial_set_complete;
        const known = gathered.get(calculation.calculation_id);
        gathered.set(calculation.calculation_id, known ? newerOf(known, calculation) : calculation);
        timer ??= setTimeout(flush, GATHER_MS);
        return false;
      },
    });
    return () => {
      close();
      clearTimeout(timer);
    };
  }, [client, query]);
  return line;
}

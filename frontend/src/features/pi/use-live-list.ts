import { useEffect, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import type { LiveState } from "@/lib/live.ts";
import { openLiveSocket } from "@/lib/live-socket.ts";
import { listKey, takeSnapshots } from "./api.ts";
import { newerOf, type PiCalculation } from "./types.ts";

/** One message of WatchCalculations. */
interface WatchMessage {
  calculation?: PiCalculation;
  initial_set_complete?: boolean;
}

/** Ten calculations at ten changes a second would draw the table a hundred times a second. */
const GATHER_MS = 100;

/** The live line of the list: what it says goes into the cache. Returns whether it holds. */
export function useLiveList(): LiveState {
  const client = useQueryClient();
  const [line, setLine] = useState<LiveState>("connecting");
  useEffect(() => {
    const gathered = new Map<string, PiCalculation>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let openings = 0;
    const flush = () => {
      timer = undefined;
      takeSnapshots(client, [...gathered.values()]);
      gathered.clear();
    };
    const close = openLiveSocket({
      path: "/v1/calculations:watch?kind=pi",
      onState: (state) => {
        setLine(state);
        if (state !== "open") return;
        openings += 1;
        // What was removed while the line was cut is told by the rows alone.
        if (openings > 1) void client.invalidateQueries({ queryKey: listKey });
      },
      onMessage: (data) => {
        const { calculation, initial_set_complete = false } = JSON.parse(data) as WatchMessage;
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
  }, [client]);
  return line;
}

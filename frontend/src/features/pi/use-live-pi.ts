import { useCallback } from "react";
import { useQueryClient } from "@tanstack/react-query";
import type { LiveState } from "@/lib/live.ts";
import { useLiveCalculations } from "@/lib/use-live-calculations.ts";
import { listKey, takeSnapshots } from "./api.ts";
import type { PiCalculation } from "./types.ts";

/** The live line of all calculations of pi: what it says goes into the cache. */
export function useLivePi(): LiveState {
  const client = useQueryClient();
  const take = useCallback((snapshots: readonly PiCalculation[]) => takeSnapshots(client, snapshots), [client]);
  return useLiveCalculations({ query: "?kind=pi", listKey, take });
}

/** Synchronising the catalogue: the latest run, starting one, cancelling it. For moderators. */
import { useEffect } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { calculationKey, calculationPath, isFinal, useCalculation } from "@/lib/calculation.ts";
import { queryString, send } from "@/lib/http.ts";
import { catalogueKey } from "./api.ts";
import type { StartedSync, SyncCalculation } from "./types.ts";

const latestKey = ["catalogue-sync", "latest"] as const;
/** Others start one as well, and so does a schedule. */
const LATEST_POLL_MS = 15_000;

/** The id of the latest run; null: there was none. */
export function useLatestSync() {
  return useQuery({
    queryKey: latestKey,
    queryFn: async ({ signal }) => {
      const query = queryString({ kind: "catalogue_sync", page_size: 1 });
      const page = await send<{ calculations: SyncCalculation[] }>(
        "GET",
        `/v1/calculations${query}`,
        undefined,
        signal,
      );
      return page.calculations[0]?.calculation_id ?? null;
    },
    refetchInterval: LATEST_POLL_MS,
  });
}

/** A run as it goes; what it changed is read anew meanwhile and when it ends. */
export function useSync(calculationId: string) {
  const client = useQueryClient();
  const shown = useCalculation<SyncCalculation>(
    calculationId,
    () => void client.invalidateQueries({ queryKey: catalogueKey }),
  );
  const tenth = tenthOf(shown.calculation);
  useEffect(() => {
    if (tenth > 0) void client.invalidateQueries({ queryKey: [...catalogueKey, "list"] });
  }, [client, tenth]);
  return shown;
}

/** The list grows with a run, ten times and not at every page; 0: before that, and when the run is over. */
function tenthOf(calculation: SyncCalculation | undefined): number {
  if (calculation === undefined || isFinal(calculation)) return 0;
  return Math.floor(10 * (calculation.progress?.fraction ?? 0));
}

export function useStartSync() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (allowShrink: boolean) =>
      send<StartedSync>("POST", "/api/asteroids/sync", { allow_shrink: allowShrink }),
    onSuccess: ({ calculation_id }) => client.setQueryData(latestKey, calculation_id),
  });
}

export function useCancelSync(calculationId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => send<SyncCalculation>("POST", `${calculationPath(calculationId)}:cancel`, {}),
    onSuccess: (calculation) => client.setQueryData(calculationKey(calculationId), calculation),
  });
}

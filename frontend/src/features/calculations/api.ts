/** All calculations for moderators: the list and its live line, cancelling, sending a report again. */
import { useCallback } from "react";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { calculationPath } from "@/lib/calculation.ts";
import { withSnapshots, type CalculationPage, type CalculationPages } from "@/lib/calculation-rows.ts";
import { queryString, send } from "@/lib/http.ts";
import { useLiveCalculations } from "@/lib/use-live-calculations.ts";
import { matches, type Filters } from "./list-state.ts";
import type { Calculation, RequestOf } from "./types.ts";

const PAGE_SIZE = 50;
const POLL_MS = 2_000;
/** The stored rows are the truth, the live line a hint: now and then they are looked at all the same. */
const CALM_POLL_MS = 30_000;
/** Ids in one address; a hundred make less than four thousand characters. */
const IDS_AT_ONCE = 100;

const listsKey = ["all-calculations"] as const;
const listKey = (filters: Filters) => [...listsKey, filters] as const;

/** Calculations of this kind in this state, the newest first, page by page, kept fresh by the live line. */
export function useCalculations(filters: Filters) {
  const client = useQueryClient();
  const { kind, state } = filters;
  const take = useCallback((rows: readonly Calculation[]) => takeSnapshots(client, rows), [client]);
  const line = useLiveCalculations({ query: queryString({ kind, state }), listKey: listKey(filters), take });
  const list = useInfiniteQuery({
    queryKey: listKey(filters),
    queryFn: ({ pageParam, signal }) => {
      const query = queryString({ kind, state, page_size: PAGE_SIZE, page_token: pageParam });
      return send<CalculationPage<Calculation>>("GET", `/v1/calculations${query}`, undefined, signal);
    },
    initialPageParam: "",
    getNextPageParam: (page) => (page.next_page_token === "" ? undefined : page.next_page_token),
    refetchInterval: line === "lost" ? POLL_MS : CALM_POLL_MS,
  });
  return { list, line };
}

/** Which requests wait for these calculations, have their results from them, or had before newer ones came. */
export function useRequestsOf(ids: readonly string[]): ReadonlyMap<string, RequestOf | null> {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ["requests-of", ids],
    queryFn: async ({ signal }) => {
      const known = client.getQueriesData<Requests>({ queryKey: ["requests-of"] });
      const found: Requests = new Map(known.flatMap(([, map]) => [...(map ?? [])]));
      const missing = ids.filter((id) => !found.has(id));
      for (let start = 0; start < missing.length; start += IDS_AT_ONCE) {
        const calculation_id = missing.slice(start, start + IDS_AT_ONCE).join(",");
        for (const request of await getRequests({ calculation_id }, signal)) {
          found.set(request.calculation_id, request);
        }
      }
      for (const id of missing.filter((one) => !found.has(one))) {
        const [earlier] = await getRequests({ had_calculation_id: id }, signal);
        found.set(id, earlier ?? null);
      }
      return found;
    },
    enabled: ids.length > 0,
    placeholderData: (known) => known,
    structuralSharing: false,
    staleTime: Infinity,
  });
  return query.data ?? NOTHING;
}

/** Null: there is none, as for a calculation that was asked for directly. */
type Requests = Map<string, RequestOf | null>;

const NOTHING: ReadonlyMap<string, RequestOf> = new Map();

async function getRequests(which: Record<string, string>, signal: AbortSignal): Promise<RequestOf[]> {
  const path = `/api/requests${queryString({ ...which, page_size: IDS_AT_ONCE })}`;
  return (await send<{ results: RequestOf[] }>("GET", path, undefined, signal)).results;
}

/** Told even if the row is not drawn any more by then: the live line may have been faster. */
interface StepOutcome {
  onDone: (calculation: Calculation) => void;
  onRefused: (error: unknown) => void;
}

export function useCancel(calculationId: string, outcome: StepOutcome) {
  return useStep(`${calculationPath(calculationId)}:cancel`, outcome);
}

export function useResend(calculationId: string, outcome: StepOutcome) {
  return useStep(`${calculationPath(calculationId)}:resendReport`, outcome);
}

function useStep(path: string, { onDone, onRefused }: StepOutcome) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => send<Calculation>("POST", path, {}),
    onSuccess: (calculation) => {
      takeSnapshots(client, [calculation]);
      onDone(calculation);
    },
    onError: (error) => {
      onRefused(error);
      // A refusal means that the row is not what the screen shows.
      void client.invalidateQueries({ queryKey: listsKey });
    },
  });
}

/** Snapshots, from wherever they come, enter every list that wants them and leave the others. */
function takeSnapshots(client: QueryClient, snapshots: readonly Calculation[]): void {
  const byId = new Map(snapshots.map((row) => [row.calculation_id, row]));
  for (const query of client.getQueryCache().findAll({ queryKey: listsKey })) {
    const filters = query.queryKey[listsKey.length] as Filters;
    client.setQueryData<CalculationPages<Calculation>>(
      query.queryKey,
      (pages) => pages && withSnapshots(pages, byId, (row) => matches(filters, row)),
    );
  }
}

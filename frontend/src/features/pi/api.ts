import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { ApiError, getText, queryString, send } from "@/lib/http.ts";
import type { LiveState } from "@/lib/live.ts";
import { newerOf, withSnapshots, type CalculationPages } from "@/lib/calculation-rows.ts";
import { isFinal, type PiCalculation, type PiPage } from "./types.ts";

const PAGE_SIZE = 50;
const POLL_MS = 2_000;
/** The stored rows are the truth, the live line a hint: now and then they are looked at all the same. */
const CALM_POLL_MS = 30_000;

export const listKey = ["pi", "list"] as const;
export const oneKey = (calculationId: string) => ["pi", "one", calculationId] as const;

const pathOf = (calculationId: string) => `/v1/calculations/${encodeURIComponent(calculationId)}`;

/** All calculations of pi, the newest first, page by page. */
export function usePiList(line: LiveState) {
  const client = useQueryClient();
  return useInfiniteQuery({
    queryKey: listKey,
    queryFn: async ({ pageParam, signal }) => {
      const query = queryString({ kind: "pi", page_size: PAGE_SIZE, page_token: pageParam });
      const page = await send<PiPage>("GET", `/v1/calculations${query}`, undefined, signal);
      return { ...page, calculations: page.calculations.map((row) => newest(client, row)) };
    },
    initialPageParam: "",
    getNextPageParam: (page) => (page.next_page_token === "" ? undefined : page.next_page_token),
    refetchInterval: line === "lost" ? POLL_MS : CALM_POLL_MS,
  });
}

/** One calculation; asked for again and again only while the live line is cut. */
export function usePiCalculation(calculationId: string, line: LiveState) {
  const client = useQueryClient();
  return useQuery({
    queryKey: oneKey(calculationId),
    queryFn: async ({ signal }) =>
      newest(client, await send<PiCalculation>("GET", pathOf(calculationId), undefined, signal)),
    refetchInterval: ({ state }) => {
      if (!state.data) return false;
      return line === "lost" && !isFinal(state.data) ? POLL_MS : false;
    },
  });
}

export interface NewPi {
  /** Drawn here, so that a repeated click after a lost answer is the same calculation. */
  calculationId: string;
  position: number;
}

export function useCreatePi() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ calculationId, position }: NewPi) =>
      send<PiCalculation>("POST", "/v1/calculations", {
        calculation_id: calculationId,
        pi: { digit_position: position },
        delay: "0s",
      }),
    onSuccess: (calculation) => takeSnapshots(client, [calculation]),
  });
}

export function useCancelPi(calculationId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => send<PiCalculation>("POST", `${pathOf(calculationId)}:cancel`, {}),
    onSuccess: (calculation) => takeSnapshots(client, [calculation]),
  });
}

/** Snapshots, from wherever they come, go into the one cache that the screens show. */
export function takeSnapshots(client: QueryClient, snapshots: readonly PiCalculation[]): void {
  const byId = new Map(snapshots.map((row) => [row.calculation_id, row]));
  client.setQueryData<CalculationPages<PiCalculation>>(listKey, (pages) => pages && withSnapshots(pages, byId));
  for (const snapshot of snapshots) {
    client.setQueryData<PiCalculation>(oneKey(snapshot.calculation_id), (known) =>
      known ? newerOf(known, snapshot) : snapshot,
    );
  }
}

/** An answer may be older than what the live line told while it was on its way. */
function newest(client: QueryClient, answer: PiCalculation): PiCalculation {
  const known = client.getQueryData<PiCalculation>(oneKey(answer.calculation_id));
  return known ? newerOf(known, answer) : answer;
}

/** Bare digits from a position on, 0 being the 3. */
export async function getDigits(
  calculationId: string,
  offset: number,
  length: number,
  signal?: AbortSignal,
): Promise<string> {
  const digits = await getText(`${pathOf(calculationId)}/digits${queryString({ offset, length })}`, signal);
  if (digits.length !== length) {
    throw new ApiError({ status: 0, reason: "INTERNAL", detail: "The digits came incompletely." });
  }
  return digits;
}

/** Where the whole text is: `3.` and all decimals. */
export const downloadPath = (calculationId: string) => `${pathOf(calculationId)}/digits`;

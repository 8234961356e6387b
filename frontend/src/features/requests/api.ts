/** Reading requests: queries that refresh by themselves, often while something runs. */
import { keepPreviousData, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { ApiError, getTagged, type Tagged } from "@/lib/http.ts";
import { pageSizeOf, type ListState } from "./list-state.ts";
import { getWholeList, pagePath, withRow, type BackendFilters, type WholeList } from "./list-whole.ts";
import { isRunning, type RequestDetail, type RequestPage, type RequestRow } from "./types.ts";

const BUSY_POLL_MS = 2_000;
const CALM_POLL_MS = 10_000;
/** The most that the backend puts on a page. */
export const PAGE_SIZE_MAX = 1_000;

export const listsKey = ["requests", "list"] as const;
const wholeKey = [...listsKey, "whole"] as const;
export const requestKey = (id: number) => ["requests", "one", id] as const;

/** One page of what matches, counted and cut by the backend. */
export function useRequestPage(state: ListState, enabled: boolean) {
  const client = useQueryClient();
  const { status, formedAfter, formedBefore, search, ordering, page } = state;
  const filters: BackendFilters = { status, formedAfter, formedBefore, search };
  const path = pagePath(filters, { ordering, page, page_size: Math.min(PAGE_SIZE_MAX, pageSizeOf(state)) });
  const key = [...listsKey, "page", path];
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => getTagged(path, client.getQueryData<Tagged<RequestPage>>(key), signal),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => pollInterval(query.state.data?.body.results),
    enabled,
  });
}

/** Everything that matches: read whole once, then only what changed. */
export function useWholeList(state: ListState, enabled: boolean) {
  const client = useQueryClient();
  const { status, formedAfter, formedBefore, search } = state;
  const filters: BackendFilters = { status, formedAfter, formedBefore, search };
  const key = [...wholeKey, filters];
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => getWholeList(filters, () => client.getQueryData<WholeList>(key), signal),
    placeholderData: keepPreviousData,
    // Rows that did not change stay the same objects anyway; comparing thousands again costs frames.
    structuralSharing: false,
    refetchInterval: (query) => pollInterval(query.state.data?.rows),
    enabled,
  });
}

export function useRequest(id: number) {
  const client = useQueryClient();
  return useQuery({
    queryKey: requestKey(id),
    queryFn: ({ signal }) =>
      getTagged(`/api/requests/${id}`, client.getQueryData<Tagged<RequestDetail>>(requestKey(id)), signal),
    refetchInterval: (query) => {
      const row = query.state.data?.body;
      // What is gone stays gone; asking again would only fill the log.
      if (query.state.error instanceof ApiError && query.state.error.status === 404) return false;
      return pollInterval(row && [row]);
    },
  });
}

/** The server's own word about a row replaces what the cache holds, and the lists are asked again. */
export function takeRow(client: QueryClient, row: RequestRow | RequestDetail): Promise<void> {
  storeRow(client, row);
  void client.invalidateQueries({ queryKey: requestKey(row.id) });
  return client.invalidateQueries({ queryKey: listsKey });
}

/** The same without asking: for many rows one after another. */
export function storeRow(client: QueryClient, row: RequestRow | RequestDetail): void {
  client.setQueryData<Tagged<RequestDetail>>(requestKey(row.id), (known) =>
    "observations" in row ? { body: row, etag: null } : known && { body: { ...known.body, ...row }, etag: null },
  );
  for (const query of client.getQueryCache().findAll({ queryKey: wholeKey })) {
    const { status } = query.queryKey[wholeKey.length] as BackendFilters;
    client.setQueryData<WholeList>(query.queryKey, (list) => list && withRow(list, row, status));
  }
}

/** What is deleted is told by no list of changes. */
export function dropRow(client: QueryClient, id: number): Promise<void> {
  client.setQueriesData<WholeList>(
    { queryKey: wholeKey },
    (list) => list && { ...list, rows: list.rows.filter((row) => row.id !== id) },
  );
  return client.invalidateQueries({ queryKey: listsKey });
}

function pollInterval(rows: readonly RequestRow[] | undefined): number {
  return rows?.some(isRunning) ? BUSY_POLL_MS : CALM_POLL_MS;
}

/** Reading requests: queries that refresh by themselves, often while something runs. */
import { keepPreviousData, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { ApiError, getTagged, queryString, type Tagged } from "@/lib/http.ts";
import { PAGE_SIZE, type ListState } from "./list-state.ts";
import { isRunning, type RequestDetail, type RequestPage, type RequestRow } from "./types.ts";

const BUSY_POLL_MS = 2_000;
const CALM_POLL_MS = 10_000;
/** A moderator's client holds everything that the backend filters let through and divides it into pages itself. */
const WHOLE_PAGE_SIZE = 1_000;

type BackendFilters = Pick<ListState, "status" | "formedAfter" | "formedBefore" | "search">;

export const listsKey = ["requests", "list"] as const;
export const requestKey = (id: number) => ["requests", "one", id] as const;

/** One page of what matches, counted and cut by the backend. */
export function useRequestPage(state: ListState, enabled: boolean) {
  const client = useQueryClient();
  const { status, formedAfter, formedBefore, search, page } = state;
  const filters: BackendFilters = { status, formedAfter, formedBefore, search };
  const key = [...listsKey, "page", filters, page];
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) =>
      getTagged(pagePath(filters, page, PAGE_SIZE), client.getQueryData<Tagged<RequestPage>>(key), signal),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => pollInterval(query.state.data?.body.results),
    enabled,
  });
}

/** Everything that matches, however many pages it takes; a page that did not change costs a header. */
export function useWholeList(state: ListState, enabled: boolean) {
  const client = useQueryClient();
  const { status, formedAfter, formedBefore, search } = state;
  const filters: BackendFilters = { status, formedAfter, formedBefore, search };
  const key = [...listsKey, "whole", filters];
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => getAllPages(filters, client.getQueryData<Tagged<RequestPage>[]>(key) ?? [], signal),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => pollInterval(query.state.data?.flatMap((page) => page.body.results)),
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
  const key = requestKey(row.id);
  client.setQueryData<Tagged<RequestDetail>>(key, (known) =>
    "observations" in row ? { body: row, etag: null } : known && { body: { ...known.body, ...row }, etag: null },
  );
  void client.invalidateQueries({ queryKey: key });
  return client.invalidateQueries({ queryKey: listsKey });
}

async function getAllPages(filters: BackendFilters, known: Tagged<RequestPage>[], signal: AbortSignal) {
  const pages: Tagged<RequestPage>[] = [];
  for (let number = 1; ; number++) {
    const page = await getTagged(pagePath(filters, number, WHOLE_PAGE_SIZE), known[number - 1], signal);
    pages.push(page);
    if (number * WHOLE_PAGE_SIZE >= page.body.count) break;
  }
  return pages.length === known.length && pages.every((page, index) => page === known[index]) ? known : pages;
}

function pagePath(filters: BackendFilters, page: number, pageSize: number): string {
  const query = queryString({
    status: filters.status,
    formed_after: filters.formedAfter,
    formed_before: filters.formedBefore,
    search: filters.search,
    page,
    page_size: pageSize,
  });
  return `/api/requests${query}`;
}

function pollInterval(rows: readonly RequestRow[] | undefined): number {
  return rows?.some(isRunning) ? BUSY_POLL_MS : CALM_POLL_MS;
}

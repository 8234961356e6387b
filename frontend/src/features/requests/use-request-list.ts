import { useMemo } from "react";
import type { UseQueryResult } from "@tanstack/react-query";
import { useUser } from "@/lib/session.tsx";
import { PAGE_SIZE_MAX, useRequestPage, useWholeList } from "./api.ts";
import { sortRows } from "./list-order.ts";
import { pageSizeOf, type ListState } from "./list-state.ts";
import type { RequestRow } from "./types.ts";

export interface RequestList {
  /** Those to show; undefined until the first answer. */
  rows: RequestRow[] | undefined;
  /** Everything that matches, where this client holds it; otherwise the rows shown. */
  matching: readonly RequestRow[];
  count: number;
  pageCount: number;
  /** Everybody who has a request in the filtered set; for moderators only. */
  creators: string[];
  updatedAt: number;
  /** Whether the rows are those of other filters, shown until the right ones come. */
  outdated: boolean;
  error: Error | null;
  refetch: () => void;
}

/** The rows to show: an observer's page by page from the backend, a moderator's whole set filtered and cut here. */
export function useRequestList(state: ListState): RequestList {
  const moderator = useUser().role === "moderator";
  const own = useOwnPage(state, !moderator);
  const whole = useEverybody(state, moderator);
  return moderator ? whole : own;
}

function useOwnPage(state: ListState, enabled: boolean): RequestList {
  const query = useRequestPage(state, enabled);
  const rows = query.data?.body.results;
  const count = query.data?.body.count ?? 0;
  const pageSize = Math.min(PAGE_SIZE_MAX, pageSizeOf(state));
  return { ...partsOf(query), rows, matching: rows ?? [], count, pageCount: pagesOf(count, pageSize), creators: [] };
}

function useEverybody(state: ListState, enabled: boolean): RequestList {
  const query = useWholeList(state, enabled);
  const all = query.data?.rows;
  const { creator, ordering } = state;
  const creators = useMemo(() => [...new Set(all?.map((row) => row.creator))].sort(), [all]);
  const matching = useMemo(
    () => all && sortRows(creator === "" ? all : all.filter((row) => row.creator === creator), ordering),
    [all, creator, ordering],
  );
  const count = matching?.length ?? 0;
  const pageSize = pageSizeOf(state);
  const pageCount = pagesOf(count, pageSize);
  // Rows may leave under the reader's eyes; then the last page that is left is shown.
  const start = pageCount === 1 ? 0 : (Math.min(state.page, pageCount) - 1) * pageSize;
  const rows = useMemo(() => matching?.slice(start, start + pageSize), [matching, start, pageSize]);
  return { ...partsOf(query), rows, matching: matching ?? [], count, pageCount, creators };
}

const pagesOf = (count: number, pageSize: number) => Math.max(1, Math.ceil(count / pageSize));

function partsOf(query: UseQueryResult) {
  return {
    updatedAt: query.dataUpdatedAt,
    outdated: query.isPlaceholderData,
    error: query.error,
    refetch: () => void query.refetch(),
  };
}

import { useMemo } from "react";
import { useUser } from "@/lib/session.tsx";
import { useRequestPage, useWholeList } from "./api.ts";
import { PAGE_SIZE, type ListState } from "./list-state.ts";
import type { RequestRow } from "./types.ts";

export interface RequestList {
  /** Undefined until the first answer. */
  rows: RequestRow[] | undefined;
  count: number;
  pageCount: number;
  /** Everybody who has a request in the filtered set; for moderators only. */
  creators: string[];
  updatedAt: number;
  error: Error | null;
  refetch: () => void;
}

/** The rows to show: an observer's page by page from the backend, a moderator's whole set filtered and cut here. */
export function useRequestList(state: ListState): RequestList {
  const moderator = useUser().role === "moderator";
  const page = useRequestPage(state, !moderator);
  const whole = useWholeList(state, moderator);
  const query = moderator ? whole : page;
  const all = useMemo(() => whole.data?.flatMap((part) => part.body.results), [whole.data]);
  const creators = useMemo(() => [...new Set(all?.map((row) => row.creator))].sort(), [all]);
  const chosen = useMemo(
    () => (state.creator === "" ? all : all?.filter((row) => row.creator === state.creator)),
    [all, state.creator],
  );
  const count = moderator ? (chosen?.length ?? 0) : (page.data?.body.count ?? 0);
  const start = (state.page - 1) * PAGE_SIZE;
  return {
    rows: moderator ? chosen?.slice(start, start + PAGE_SIZE) : page.data?.body.results,
    count,
    pageCount: Math.max(1, Math.ceil(count / PAGE_SIZE)),
    creators,
    updatedAt: query.dataUpdatedAt,
    error: query.error,
    refetch: () => void query.refetch(),
  };
}

/** What the list shows, kept in the address so that a link, a reload and the way back show the same. */
import { useCallback, useMemo } from "react";
import { useSearchParams } from "wouter";
import { readPage, writeParams } from "@/lib/list-params.ts";
import type { RequestStatus } from "./types.ts";

export const PAGE_SIZE = 20;

export interface ListState {
  status: RequestStatus | "";
  formedAfter: string;
  formedBefore: string;
  search: string;
  creator: string;
  page: number;
}

export const NO_FILTERS: ListState = {
  status: "",
  formedAfter: "",
  formedBefore: "",
  search: "",
  creator: "",
  page: 1,
};

const NAMES = { status: "status", formedAfter: "from", formedBefore: "to", search: "q", creator: "creator" } as const;
const STATUSES = ["DRAFT", "FORMED", "COMPLETED", "REJECTED"];
const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function readListState(params: URLSearchParams): ListState {
  const status = params.get("status") ?? "";
  const day = (name: string) => {
    const value = params.get(name) ?? "";
    return DAY.test(value) ? value : "";
  };
  return {
    status: STATUSES.includes(status) ? (status as RequestStatus) : "",
    formedAfter: day("from"),
    formedBefore: day("to"),
    search: params.get("q") ?? "",
    creator: params.get("creator") ?? "",
    page: readPage(params),
  };
}

export function writeListState(state: ListState): URLSearchParams {
  return writeParams(NAMES, state);
}

export function hasFilters(state: ListState): boolean {
  return Object.keys(NAMES).some((key) => state[key as keyof typeof NAMES] !== "");
}

/** The state, and a change to it; changing a filter starts at the first page again. */
export function useListState(): [ListState, (change: Partial<ListState>) => void] {
  const [params, setParams] = useSearchParams();
  const state = useMemo(() => readListState(params), [params]);
  const change = useCallback(
    (part: Partial<ListState>) =>
      setParams((current) => writeListState({ ...readListState(current), page: 1, ...part }), {
        replace: part.page === undefined,
      }),
    [setParams],
  );
  return [state, change];
}

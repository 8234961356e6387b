/** What the list shows, kept in the address so that a link, a reload and the way back show the same. */
import { readPage, useListParams, writeParams } from "@/lib/list-params.ts";
import { isOrdering } from "./list-order.ts";
import type { RequestStatus } from "./types.ts";

/** Rows to a page; `all` is for those who hold the whole list. */
export const ROW_CHOICES = ["", "100", "all"] as const;
export type RowChoice = (typeof ROW_CHOICES)[number];
const PAGE_SIZE = 20;

export interface ListState {
  status: RequestStatus | "";
  formedAfter: string;
  formedBefore: string;
  search: string;
  creator: string;
  /** A column, `-` before it reverses; empty: the newest first. */
  ordering: string;
  rows: RowChoice;
  page: number;
}

const NO_FILTERS = { status: "", formedAfter: "", formedBefore: "", search: "", creator: "" } as const;

export const RESET: Partial<ListState> = { ...NO_FILTERS, page: 1 };

const NAMES = {
  status: "status",
  formedAfter: "from",
  formedBefore: "to",
  search: "q",
  creator: "creator",
  ordering: "sort",
  rows: "rows",
} as const;
const STATUSES = ["DRAFT", "FORMED", "COMPLETED", "REJECTED"];
const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function readListState(params: URLSearchParams): ListState {
  const status = params.get("status") ?? "";
  const ordering = params.get("sort") ?? "";
  const rows = params.get("rows") ?? "";
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
    ordering: isOrdering(ordering) ? ordering : "",
    rows: ROW_CHOICES.find((choice) => choice === rows) ?? "",
    page: readPage(params),
  };
}

export function writeListState(state: ListState): URLSearchParams {
  return writeParams(NAMES, state);
}

export function hasFilters(state: ListState): boolean {
  return Object.keys(NO_FILTERS).some((key) => state[key as keyof ListState] !== "");
}

export function pageSizeOf(state: ListState): number {
  if (state.rows === "all") return Infinity;
  return state.rows === "" ? PAGE_SIZE : Number(state.rows);
}

/** What is shown, and a change to it. */
export function useListState(): [ListState, (change: Partial<ListState>) => void] {
  return useListParams(readListState, writeListState);
}

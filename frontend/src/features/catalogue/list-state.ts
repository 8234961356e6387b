/** What of the catalogue is shown, kept in the address so that a link, a reload and the way back show the same. */
import { useState } from "react";
import { readPage, useListParams, writeParams } from "@/lib/list-params.ts";

/** Rows of a table or, where the screen has room for cards only, so many of these. */
const TABLE_ROWS = 50;
const CARDS = 20;
const NARROW = "(max-width: 62em)";

const CLASSES = ["IEO", "ATE", "APO", "AMO", "MCA", "IMB", "MBA", "OMB", "TJN", "AST", "CEN", "TNO", "PAA", "HYA"];
export const ORDERINGS = ["", "number", "name", "h_magnitude", "-diameter_km", "moid_au", "a_au"];

export interface ListState {
  search: string;
  orbitClass: string;
  neo: string;
  pha: string;
  hMin: string;
  hMax: string;
  ordering: string;
  page: number;
}

export const NO_FILTERS: Partial<ListState> = { search: "", orbitClass: "", neo: "", pha: "", hMin: "", hMax: "" };

const NAMES = {
  search: "q",
  orbitClass: "class",
  neo: "neo",
  pha: "pha",
  hMin: "h_min",
  hMax: "h_max",
  ordering: "order",
} as const;

const NUMBER = /^[-+]?\d{1,3}([.,]\d*)?$/;

/** A magnitude as the backend reads it; null: it is none. */
export function readMagnitude(text: string): string | null {
  if (text === "") return "";
  return NUMBER.test(text) ? String(Number(text.replace(",", "."))) : null;
}

/** How many asteroids a page has; it stays when the screen is turned, which must not lead to another page. */
export function usePageSize(): number {
  const [size] = useState(() => (window.matchMedia(NARROW).matches ? CARDS : TABLE_ROWS));
  return size;
}

export function readListState(params: URLSearchParams): ListState {
  const oneOf = (name: string, choices: readonly string[]) => {
    const value = params.get(name) ?? "";
    return choices.includes(value) ? value : "";
  };
  return {
    search: params.get("q") ?? "",
    orbitClass: oneOf("class", CLASSES),
    neo: oneOf("neo", ["true", "false"]),
    pha: oneOf("pha", ["true", "false"]),
    hMin: readMagnitude(params.get("h_min") ?? "") ?? "",
    hMax: readMagnitude(params.get("h_max") ?? "") ?? "",
    ordering: oneOf("order", ORDERINGS),
    page: readPage(params),
  };
}

export function writeListState(state: ListState): URLSearchParams {
  return writeParams(NAMES, state);
}

/** The order is no filter: it hides nothing. */
export function hasFilters(state: ListState): boolean {
  return Object.keys(NO_FILTERS).some((key) => state[key as keyof ListState] !== "");
}

/** What is shown, and a change to it. */
export function useListState(): [ListState, (change: Partial<ListState>) => void] {
  return useListParams(readListState, writeListState);
}

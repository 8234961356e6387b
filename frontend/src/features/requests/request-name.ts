import type { Dictionary } from "@/i18n/en.ts";
import type { RequestRow } from "./types.ts";

/** What a request is called where its designation may be empty. */
export function requestName(text: Dictionary, row: Pick<RequestRow, "id" | "designation">): string {
  return row.designation === "" ? text.list.untitled(row.id) : row.designation;
}

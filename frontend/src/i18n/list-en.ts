import { pluralEn } from "./plural.ts";

/** The words of the list of requests that came with sorting, choosing several and deciding about them. */
export const requestListEn = {
  order: "Order",
  newestFirst: "Newest first",
  ascending: (column: string) => `${column}, ascending`,
  descending: (column: string) => `${column}, descending`,
  sortBy: (column: string) => `Sort by ${column}`,
  rowsPerPage: "Rows per page",
  allRows: "All",
  searchEverybody: "Designation, comment or creator",
  select: "Choose",
  selectOne: (name: string) => `Choose ${name}`,
  selectShown: "Choose all shown here that wait for a decision",
  batch: "Chosen requests",
  selected: (count: number) => `${count} chosen`,
  selectAll: (count: number) => `Choose all ${count} that wait for a decision`,
  clear: "Choose none",
  complete: (count: number) => `Complete ${count}`,
  reject: (count: number) => `Reject ${count}`,
  rejectTitle: (count: number) => `Reject ${count} ${pluralEn(count, "request", "requests")}?`,
  rejectText: "Each creator will read your reason. A rejected request stays rejected.",
  running: { complete: "Completing", reject: "Rejecting" },
  progress: (done: number, total: number) => `${done} of ${total}`,
  stop: "Stop",
  stopping: "Stopping; what is on its way is finished",
  ended: {
    complete: (count: number) => `${count} ${pluralEn(count, "request", "requests")} completed`,
    reject: (count: number) => `${count} ${pluralEn(count, "request", "requests")} rejected`,
  },
  already: (count: number) => `${count} of them by somebody else before`,
  refused: (count: number) => `${count} not changed`,
  untouched: (count: number) => `${count} not tried`,
  moreRefused: (count: number) => `and ${count} more; each row says why`,
  dismiss: "Close",
  waiting: "Waits for its turn",
  decidingNow: "Under way",
  goesOn: (what: string) => `${what}. The list of requests tells which.`,
  notChanged: "Not changed",
  offline: "You are offline. What you see may be old; it refreshes by itself when the network is back.",
};

/** What a moderator reads when somebody else was faster, or when no answer came. */
export const decidingEn = {
  unsure: (name: string) => `${name}: not known whether it changed`,
  notKnown: "The answer did not arrive, and the server may have decided. Look at the request when it is there again.",
  alreadyCompleted: (name: string, who: string) => `${name}: ${who} had completed it already.`,
  completedBy: (who: string) => `${who} has completed this request in the meantime. Nothing was changed.`,
  rejectedBy: (who: string) => `${who} has rejected this request in the meantime. Nothing was changed.`,
};

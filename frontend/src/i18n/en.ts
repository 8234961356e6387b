import { accountEn } from "./account-en.ts";
import { ageEn, appEn, commonEn, sessionEn } from "./app-en.ts";
import { calculationEn, statusEn, verdictEn, verdictMeaningEn } from "./state-en.ts";
import { requestEn } from "./result-en.ts";
import { daysEn } from "./days-en.ts";
import { draftEn } from "./draft-en.ts";
import { failuresEn } from "./failures-en.ts";
import { calculationsEn } from "./calculations-en.ts";
import { catalogueEn } from "./catalogue-en.ts";
import { decidingEn, requestListEn } from "./list-en.ts";
import { piEn } from "./pi-en.ts";
import { pluralEn } from "./plural.ts";
import { draftTableEn, exportsEn, intakeEn, skyEn, stagesEn, verdictReasonsEn, whyEn } from "./request-en.ts";

export const en = {
  locale: "en-GB",
  app: appEn,
  common: commonEn,
  age: ageEn,
  days: daysEn,
  session: sessionEn,
  account: accountEn,
  status: statusEn,
  verdict: verdictEn,
  verdictMeaning: verdictMeaningEn,
  calculation: calculationEn,
  list: {
    title: "Requests",
    subtitleObserver: "Your requests and what came of them",
    subtitleModerator: "Everybody's requests, waiting for a decision or decided",
    newRequest: "New request",
    filters: "Filters",
    search: "Search",
    searchHint: "Designation or comment",
    status: "Status",
    anyStatus: "Any",
    creator: "Creator",
    anyCreator: "Everybody",
    formedFrom: "Formed from",
    formedTo: "Formed to",
    reset: "Reset filters",
    columns: {
      designation: "Designation",
      status: "Status",
      creator: "Creator",
      results: "Results",
      verdict: "Verdict",
      calculation: "Calculation",
      formed: "Formed",
      changed: "Changed",
      actions: "Decision",
    },
    untitled: (id: number) => `Request ${id}`,
    results: (done: number, total: number) => `${done} of ${total}`,
    resultsLabel: "observations with a result",
    count: (count: number) => `${count} ${pluralEn(count, "request", "requests")}`,
    emptyTitle: "No requests yet",
    emptyObserver: "Start with measured positions of an asteroid from at least three nights.",
    emptyModerator: "Nothing waits for a decision. Requests appear here as soon as observers form them.",
    noMatchTitle: "No request matches",
    noMatchText: "Try other days, another status, or reset the filters.",
    pages: "Pages",
    previousPage: "Previous page",
    nextPage: "Next page",
    loadFailed: "The requests could not be loaded",
  },
  decide: {
    complete: "Complete",
    reject: "Reject",
    recalculate: "Recalculate",
    completed: (name: string) => `${name}: completed, the calculation is scheduled.`,
    rejected: (name: string) => `${name}: rejected.`,
    recalculating: (name: string) => `${name}: a new calculation is scheduled.`,
    refused: (name: string) => `${name}: not changed`,
    rejectTitle: "Reject this request?",
    rejectText: (name: string) => `The creator of ${name} will read your reason. A rejected request stays rejected.`,
    reason: "Reason",
    reasonHint: "What is wrong, and what would make it right",
    reasonRequired: "A reason is required.",
    rejectConfirm: "Reject request",
  },
  request: requestEn,
  draft: draftEn,
  draftTable: draftTableEn,
  intake: intakeEn,
  exports: exportsEn,
  sky: skyEn,
  stages: stagesEn,
  verdictReasons: verdictReasonsEn,
  why: whyEn,
  pi: piEn,
  catalogue: catalogueEn,
  requestList: requestListEn,
  deciding: decidingEn,
  calculations: calculationsEn,
  reasons: failuresEn,
};

export type Dictionary = typeof en;

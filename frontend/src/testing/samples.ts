/** Answers recorded from main_api by its own tests: when it changes, these tests notice. */
import detailCompleted from "../../../tests/data/wire/request_detail_completed.json";
import detailDraft from "../../../tests/data/wire/request_detail_draft.json";
import rowCompleted from "../../../tests/data/wire/request_row_completed.json";
import rowFormed from "../../../tests/data/wire/request_row_formed.json";

export const samples = { detailCompleted, detailDraft, rowCompleted, rowFormed };

export const pageOf = (...results: unknown[]) => ({ count: results.length, next: null, previous: null, results });

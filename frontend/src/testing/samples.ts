/** Answers recorded from main_api by its own tests: when it changes, these tests notice. */
import asteroid from "../../../tests/data/wire/asteroid.json";
import asteroidList from "../../../tests/data/wire/asteroid_list.json";
import asteroidUnknown from "../../../tests/data/wire/asteroid_unknown_values.json";
import sync from "../../../tests/data/wire/catalogue_sync.json";
import syncJoined from "../../../tests/data/wire/catalogue_sync_joined.json";
import identification from "../../../tests/data/wire/identification.json";
import identificationInput from "../../../tests/data/wire/identification_input.json";
import prediction from "../../../tests/data/wire/prediction.json";
import detailCompleted from "../../../tests/data/wire/request_detail_completed.json";
import detailDraft from "../../../tests/data/wire/request_detail_draft.json";
import rowCompleted from "../../../tests/data/wire/request_row_completed.json";
import rowFormed from "../../../tests/data/wire/request_row_formed.json";

export const samples = {
  asteroid,
  asteroidList,
  asteroidUnknown,
  detailCompleted,
  detailDraft,
  identification,
  identificationInput,
  prediction,
  rowCompleted,
  rowFormed,
  sync,
  syncJoined,
};

export const pageOf = (...results: unknown[]) => ({ count: results.length, next: null, previous: null, results });

import { accountRu } from "./account-ru.ts";
import { ageRu, appRu, commonRu, sessionRu } from "./app-ru.ts";
import { calculationRu, statusRu, verdictMeaningRu, verdictRu } from "./state-ru.ts";
import { requestRu } from "./result-ru.ts";
import { daysRu } from "./days-ru.ts";
import { draftRu } from "./draft-ru.ts";
import { failuresRu } from "./failures-ru.ts";
import { calculationsRu } from "./calculations-ru.ts";
import { catalogueRu } from "./catalogue-ru.ts";
import type { Dictionary } from "./en.ts";
import { decidingRu, requestListRu } from "./list-ru.ts";
import { piRu } from "./pi-ru.ts";
import { pluralRu } from "./plural.ts";
import { draftTableRu, exportsRu, intakeRu, skyRu, stagesRu, verdictReasonsRu, whyRu } from "./request-ru.ts";

export const ru: Dictionary = {
  locale: "ru-RU",
  app: appRu,
  common: commonRu,
  age: ageRu,
  days: daysRu,
  session: sessionRu,
  account: accountRu,
  status: statusRu,
  verdict: verdictRu,
  verdictMeaning: verdictMeaningRu,
  calculation: calculationRu,
  list: {
    title: "Заявки",
    subtitleObserver: "Ваши заявки и их результаты",
    subtitleModerator: "Заявки всех наблюдателей: ждущие решения и решённые",
    newRequest: "Новая заявка",
    filters: "Отбор",
    search: "Поиск",
    searchHint: "Обозначение или комментарий",
    status: "Статус",
    anyStatus: "Любой",
    creator: "Автор",
    anyCreator: "Все",
    formedFrom: "Сформирована с",
    formedTo: "Сформирована по",
    reset: "Сбросить отбор",
    columns: {
      designation: "Обозначение",
      status: "Статус",
      creator: "Автор",
      results: "Результаты",
      verdict: "Вывод",
      calculation: "Вычисление",
      formed: "Сформирована",
      changed: "Изменена",
      actions: "Решение",
    },
    untitled: (id) => `Заявка ${id}`,
    results: (done, total) => `${done} из ${total}`,
    resultsLabel: "наблюдений с результатом",
    count: (count) => `${count} ${pluralRu(count, "заявка", "заявки", "заявок")}`,
    emptyTitle: "Заявок пока нет",
    emptyObserver: "Начните с измеренных положений астероида не менее чем за три ночи.",
    emptyModerator: "Решения ничего не ждёт. Заявки появятся здесь, как только наблюдатели их сформируют.",
    noMatchTitle: "Подходящих заявок нет",
    noMatchText: "Попробуйте другие дни, другой статус или сбросьте отбор.",
    pages: "Страницы",
    previousPage: "Предыдущая страница",
    nextPage: "Следующая страница",
    loadFailed: "Не удалось загрузить заявки",
  },
  decide: {
    complete: "Завершить",
    reject: "Отклонить",
    recalculate: "Вычислить заново",
    completed: (name) => `${name}: завершена, вычисление запланировано.`,
    rejected: (name) => `${name}: отклонена.`,
    recalculating: (name) => `${name}: запланировано новое вычисление.`,
    refused: (name) => `${name}: без изменений`,
    rejectTitle: "Отклонить заявку?",
    rejectText: (name) => `Автор заявки «${name}» прочтёт причину. Отклонённая заявка остаётся отклонённой.`,
    reason: "Причина",
    reasonHint: "Что не так и как это исправить",
    reasonRequired: "Нужно указать причину.",
    rejectConfirm: "Отклонить заявку",
  },
  request: requestRu,
  draft: draftRu,
  draftTable: draftTableRu,
  intake: intakeRu,
  exports: exportsRu,
  sky: skyRu,
  stages: stagesRu,
  verdictReasons: verdictReasonsRu,
  why: whyRu,
  pi: piRu,
  catalogue: catalogueRu,
  requestList: requestListRu,
  deciding: decidingRu,
  calculations: calculationsRu,
  reasons: failuresRu,
};

import type { decidingEn, requestListEn } from "./list-en.ts";
import { pluralRu } from "./plural.ts";

const requests = (count: number) => `${count} ${pluralRu(count, "заявка", "заявки", "заявок")}`;

/** Слова списка заявок: порядок, выбор нескольких и решения о них. */
export const requestListRu: typeof requestListEn = {
  order: "Порядок",
  newestFirst: "Сначала новые",
  ascending: (column) => `${column}, по возрастанию`,
  descending: (column) => `${column}, по убыванию`,
  sortBy: (column) => `Упорядочить: ${column}`,
  rowsPerPage: "Строк на странице",
  allRows: "Все",
  searchEverybody: "Обозначение, текст, автор",
  select: "Выбор",
  selectOne: (name) => `Выбрать: ${name}`,
  selectShown: "Выбрать все показанные, что ждут решения",
  batch: "Выбранные заявки",
  selected: (count) => `Выбрано: ${count}`,
  selectAll: (count) => `Выбрать все, что ждут решения: ${count}`,
  clear: "Снять выбор",
  complete: (count) => `Завершить: ${count}`,
  reject: (count) => `Отклонить: ${count}`,
  rejectTitle: (count) => `Отклонить ${count} ${pluralRu(count, "заявку", "заявки", "заявок")}?`,
  rejectText: "Каждый автор прочтёт вашу причину. Отклонённая заявка остаётся отклонённой.",
  running: { complete: "Завершаются", reject: "Отклоняются" },
  progress: (done, total) => `${done} из ${total}`,
  stop: "Остановить",
  stopping: "Останавливается; начатое будет доведено до конца",
  ended: {
    complete: (count) => `Завершено: ${requests(count)}`,
    reject: (count) => `Отклонено: ${requests(count)}`,
  },
  already: (count) => `из них ранее другими: ${count}`,
  refused: (count) => `не изменено: ${count}`,
  untouched: (count) => `не тронуто: ${count}`,
  moreRefused: (count) => `и ещё ${count}; причина указана в строке`,
  dismiss: "Закрыть",
  waiting: "Ждёт очереди",
  decidingNow: "Выполняется",
  goesOn: (what) => `${what}. Какие именно, видно в списке заявок.`,
  notChanged: "Не изменена",
  offline: "Нет сети. Показанное могло устареть; оно обновится само, когда сеть вернётся.",
};

/** Что читает модератор, когда кто-то его опередил или ответ не пришёл. */
export const decidingRu: typeof decidingEn = {
  unsure: (name) => `${name}: неизвестно, изменилась ли заявка`,
  notKnown: "Ответ не дошёл, решение могло быть принято. Посмотрите на заявку, когда сервер снова ответит.",
  alreadyCompleted: (name, who) => `${name}: заявка уже завершена (${who}).`,
  completedBy: (who) => `Заявка уже завершена (${who}). Ничего не изменилось.`,
  rejectedBy: (who) => `Заявка уже отклонена (${who}). Ничего не изменилось.`,
};

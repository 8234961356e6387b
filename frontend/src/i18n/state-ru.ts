import type { Dictionary } from "./en.ts";

export const statusRu: Dictionary["status"] = {
  DRAFT: "Черновик",
  FORMED: "Сформирована",
  COMPLETED: "Завершена",
  REJECTED: "Отклонена",
  DELETED: "Удалена",
};

export const verdictRu: Dictionary["verdict"] = {
  DETERMINED: "Определено",
  WEAK: "Неуверенно",
  NOT_DETERMINED: "Не определено",
};

export const verdictMeaningRu: Dictionary["verdictMeaning"] = {
  DETERMINED: "Все расстояния известны с точностью до 1 % или лучше.",
  WEAK: "Расстояния известны с точностью до 20 %, но не до 1 %.",
  NOT_DETERMINED: "Наблюдения не определяют расстояние.",
};

export const calculationRu: Dictionary["calculation"] = {
  SCHEDULED: "Ждёт запуска",
  RUNNING: "Вычисляется",
  SUCCEEDED: "Вычислено",
  FAILED: "Сбой",
  CANCELLED: "Отменено",
  none: "Ещё не вычислялось",
  title: "Вычисление",
  startsIn: (seconds) => `Начнётся через ${seconds} с`,
  startsNow: "Начнётся, как только освободится вычислитель",
  delivering: "Готово, результат записывается",
  live: "В прямом эфире",
  connecting: "Соединение…",
  lost: "Прямая связь прервана: состояние запрашивается каждые две секунды.",
  progress: "Ход вычисления",
  failedTitle: "Вычисление не удалось",
  failedHint: "Наблюдения сохранены. Модератор может вычислить заново.",
  cancelledTitle: "Вычисление отменено",
};

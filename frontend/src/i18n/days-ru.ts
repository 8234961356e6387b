import type { daysEn } from "./days-en.ts";

/** Где день вводят или выбирают. */
export const daysRu: typeof daysEn = {
  placeholder: "дд.мм.гггг",
  unreadable: "Нет такого дня",
  reversed: "Раньше первого дня",
  clear: (field) => `${field}: очистить`,
  choose: (field) => `${field}: выбрать в календаре`,
  steps: {
    nextMonth: "Следующий месяц",
    previousMonth: "Предыдущий месяц",
    nextYear: "Следующий год",
    previousYear: "Предыдущий год",
    nextDecade: "Следующие десять лет",
    previousDecade: "Предыдущие десять лет",
  },
};

import { importReasonsRu } from "./import-reasons-ru.ts";
import { pluralRu } from "./plural.ts";
import type { draftTableEn, intakeEn, skyEn } from "./request-en.ts";

const observations = (count: number) => `${count} ${pluralRu(count, "наблюдение", "наблюдения", "наблюдений")}`;

export const intakeRu: typeof intakeEn = {
  label: "Наблюдения текстом",
  hint:
    "Вставьте текст или перетащите файл: 80 колонок MPC или ADES (PSV, XML). Либо по наблюдению в строке: время UTC, " +
    "α, δ, станция и, если известны, σα и σδ в секундах дуги; через табуляцию или запятую.",
  choose: "Выбрать файл",
  clear: "Очистить",
  drop: "Отпустите файл, чтобы прочесть его",
  tooLarge: "Файл больше 2 МБ. Разделите его.",
  unreadable: "Файл не удалось прочесть.",
  dropFirst: "Прочитан только первый из файлов.",
  reading: "Читаем…",
  failed: "Текст не удалось проверить",
  nothingSaved: "Пока ничего не сохранено.",
  understood: (count, nights) =>
    `Распознано: ${observations(count)}, ${nights} ${pluralRu(nights, "ночь", "ночи", "ночей")}`,
  understoodNone: "Наблюдений не распознано",
  stations: (codes) => `Станции: ${codes}`,
  span: (first, last) => `с ${first} по ${last} UTC`,
  errors: (count) =>
    `${count} ${pluralRu(count, "ошибка", "ошибки", "ошибок")}: исправьте, до этого ничего не сохранится`,
  warnings: (count) => `${count} ${pluralRu(count, "замечание", "замечания", "замечаний")}`,
  problems: "Что не так, по строкам",
  wholeFile: "Весь файл",
  line: (line) => `Строка ${line}`,
  columns: (start, end) => (start === end ? `колонка ${start}` : `колонки ${start}–${end}`),
  goTo: (line) => `К строке ${line}`,
  error: "Ошибка",
  warning: "Замечание",
  moreProblems: (count) => `и ещё ${count}`,
  showMore: "Показать ещё",
  objects: "Объект файла",
  objectsHint: "Заявка — об одном объекте. Выберите его.",
  objectOption: (name, count) => `${name} (${observations(count)})`,
  preview: "Что распознано",
  previewTable: "Распознанные наблюдения",
  previewMore: (count) => `Показать все: ${count}`,
  previewLess: "Показать меньше",
  lineColumn: "Строка",
  magnitude: "Зв. вел.",
  sigmas: "σ α, δ, ″",
  mendFirst: "Сначала исправьте отмеченные в тексте строки; ничего не сохранено.",
  stillReading: "Текст ещё читается. Повторите через мгновение.",
  open: "Вставить или открыть файл",
  title: "Добавить наблюдения из файла",
  add: (count) => (count === 0 ? "Добавить наблюдения" : `Добавить ${observations(count)}`),
  added: (count) => `Добавлено: ${observations(count)}.`,
  reasons: importReasonsRu,
};

export const skyRu: typeof skyEn = {
  title: "Путь на небе",
  label: (count) => `Путь по небу, ${observations(count)}; север вверху, восток слева`,
  north: "С",
  east: "В",
  left: "не учтено в решении",
  scale: "Север вверху, восток слева. Соединено в порядке времени.",
};

export const draftTableRu: typeof draftTableEn = {
  keys: "↑ ↓ по строкам, Enter — править, Delete — удалить.",
  editKeys: "Enter сохраняет, ↑ ↓ сохраняют и переходят, Esc закрывает.",
  removed: (moment) => `Наблюдение ${moment} удалено.`,
  undo: "Вернуть",
  restored: "Наблюдение возвращено.",
  fileOpen: "Сначала добавьте читаемый файл или закройте его.",
};

import { importHintsRu } from "./import-hints-ru.ts";
import { importReasonsRu } from "./import-reasons-ru.ts";
import { pluralRu } from "./plural.ts";
import type {
  draftTableEn,
  exportsEn,
  intakeEn,
  skyEn,
  stagesEn,
  RivalWords,
  verdictReasonsEn,
  whyEn,
} from "./request-en.ts";

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
  hints: importHintsRu,
  undo: "Отменить",
  undoHint: "Вернёт прежний текст",
};

export const skyRu: typeof skyEn = {
  title: "Путь на небе",
  label: (count) => `Путь по небу, ${observations(count)}; север вверху, восток слева`,
  north: "С",
  east: "В",
  left: "не учтено в решении",
  scale: "Север вверху, восток слева. Соединено в порядке времени.",
  sized: "Чем крупнее точка, тем больше она говорит о расстоянии.",
  planets: { mercury: "Меркурий", venus: "Венера", mars: "Марс" },
  orbitPlot: "Орбита астероида и орбиты планет; пунктиром — к югу от эклиптики",
  orbitSpace: "Орбита в пространстве, её можно вращать",
  fromAbove: "Сверху",
  fromSide: "Сбоку",
  seen: (above, turn) => `Взгляд на ${above}° выше эклиптики, поворот ${turn}°`,
  turnHint: "Тяните или жмите стрелки, чтобы повернуть; Home — вид сверху. Пунктир — к югу от эклиптики; ☊ ☋ — узлы.",
};

export const draftTableRu: typeof draftTableEn = {
  keys: "↑ ↓ по строкам, Enter — править, Delete — удалить.",
  editKeys: "Enter сохраняет, ↑ ↓ сохраняют и переходят, Esc закрывает.",
  removed: (moment) => `Наблюдение ${moment} удалено.`,
  undo: "Вернуть",
  restored: "Наблюдение возвращено.",
  detailsUnsaved: "Сначала сохраните обозначение и комментарий.",
  fileOpen: "Сначала добавьте читаемый файл или закройте его.",
};

export const exportsRu: typeof exportsEn = {
  open: "Скачать",
  failed: "Файл не получен",
  names: { csv: "CSV", json: "JSON", psv: "ADES (PSV)" },
  texts: {
    csv: "Строка на наблюдение, для таблицы",
    json: "Всё, как отвечает API",
    psv: "Наблюдения с невязками, для других программ",
  },
};

const units = { minutes: "мин", hours: "ч", days: "сут" };

export const whyRu: typeof whyEn = {
  title: "Почему такое расстояние",
  subtitle: "Наблюдателя несёт Земля: её перемещение — базис, и путь по небу его выдаёт",
  baseline: (au, angle) =>
    `От первого до последнего наблюдения Земля сместилась на ${au} а.е.; от объекта это видно под углом ${angle}.`,
  bend: (au, angle) =>
    `Её путь отклоняется от прямой на ${au} а.е., то есть на ${angle}: этот изгиб вместе с притяжением Солнца ` +
    "равномерное движение объекта изобразить не может.",
  accuracy: (rms) => `Разброс положений — ${rms}.`,
  plot: "Где были Земля и объект, с лучами зрения, вид с севера эклиптики",
  caption: "Путь Земли, путь объекта и лучи зрения, вид с севера эклиптики; с точностью около 1 %.",
  deciding: (count, total, percent) =>
    count === total
      ? total === 1
        ? "Ночь всего одна."
        : `Нужны все ночи: ${total}.`
      : `${count} из ${total} ночей ${pluralRu(count, "даёт", "дают", "дают")} ${percent} того, что определяет расстояние.`,
  bars: "Доля каждой ночи в том, что определяет расстояние",
  showAll: (count) => `Показать все ночи: ${count}`,
  census: (percent) => `Знание о том, какие орбиты обычны, даёт ${percent}.`,
  mostlyCensus: (percent) =>
    `Знание о том, какие орбиты обычны, даёт ${percent} того, что определяет расстояние, а положения — лишь остальное.`,
  meaning: "Доля ночи — та часть дисперсии расстояния, которую вносит шум её положений.",
  arc: (arc) => `${arc.value} ${units[arc.unit]}`,
  seen: (arc, nights) => `${whyRu.arc(arc)}, ${nights} ${pluralRu(nights, "ночь", "ночи", "ночей")}`,
  unknown: "сколько угодно",
  share: (percent) => `${percent} того, что определяет расстояние`,
};

export const verdictReasonsRu: typeof verdictReasonsEn = {
  KNOWN: ({ sigma, seen, leftOut }) =>
    `Расстояние известно с точностью ${sigma}: ${seen}${leftOut > 0 ? `, не учтено: ${observations(leftOut)}` : ""}.`,
  ROUGH: ({ sigma, times, seen }) =>
    `Расстояние известно с точностью ${sigma}, но невязки в ${times} раза больше, чем позволяют измерения (${seen}). ` +
    "Проверьте указанные погрешности, время и станции.",
  LEANS_ON_CENSUS: ({ sigma, alone, seen }) =>
    `Расстояние опирается на то, какие орбиты обычны: с ними ${sigma}, а сами измерения оставляют неопределённость ${alone} (${seen}). ` +
    "Наблюдения в другие ночи это решили бы.",
  LITTLE_BEND: ({ sigma, seen }) =>
    `Расстояние известно лишь с точностью ${sigma}: ${seen} — путь изгибается слишком мало. ` +
    "Наблюдения в другие ночи это решили бы.",
  NO_BEND: ({ sigma, seen }) =>
    `Неопределённость расстояния — ${sigma}: ${seen} — слишком мало, чтобы увидеть изгиб пути. Добавьте другие ночи.`,
  NO_ORBIT: ({ seen }) =>
    "Ни одна орбита вокруг Солнца не подходит к этим положениям. Проверьте время, координаты и станции и что все " +
    `строки об одном объекте. Наблюдения: ${seen}.`,
  STILL: ({ seen }) =>
    "Объект не движется: положениям отвечает одно место на небе, как у звезды. Проверьте, тот ли это объект. " +
    `Наблюдения: ${seen}.`,
  NO_FIT: ({ times, seen }) =>
    `Ни одна орбита не подходит: отношение невязок к тем, что позволяют измерения, — ${times}. Проверьте время, станции и ` +
    `что все строки об одном объекте. Наблюдения: ${seen}.`,
  CONTRADICTION: ({ leftOut, total, seen }) =>
    `${leftOut} из ${total} положений противоречат остальным, и неясно, какие верны. Проверьте, об одном ли объекте ` +
    `все строки, и время и станции неучтённых. Наблюдения: ${seen}.`,
  UNCOUNTED: ({ seen }) =>
    "Ночи слишком далеки друг от друга: число оборотов между ними не сосчитать. Добавьте близкие ночи. " +
    `Наблюдения: ${seen}.`,
  TOO_FAR: ({ seen }) =>
    "Лучшая орбита дальше 100 а.е. — за пределом поиска. Проверьте, что все строки об одном объекте Солнечной " +
    `системы. Наблюдения: ${seen}.`,
  TWO_ORBITS: ({ other, rivals, seen }) => {
    const unknown = `Подходят две орбиты; вторая — на расстоянии ${other} а.е.`;
    const said = rivals === null ? unknown : rivals.count === 1 ? oneRival(rivals) : manyRivals(rivals);
    return `${said} Различит их ещё одна ночь. Наблюдения: ${seen}.`;
  },
  ONE_NIGHT: ({ seen }) =>
    "Одна ночь не определяет расстояние: должно быть видно движение Земли. Наблюдайте и в другие ночи. " +
    `Наблюдения: ${seen}.`,
  HYPERBOLIC: ({ eccentricity, seen }) =>
    `Лучшая орбита гиперболическая (e = ${eccentricity}), но наблюдения этого не требуют. Проверьте их или добавьте ` +
    `другие ночи. Наблюдения: ${seen}.`,
  CENSUS_ONLY: ({ seen }) =>
    "Сами измерения о расстоянии ничего не говорят; любое число сказало бы лишь, какие орбиты обычны. Добавьте " +
    `другие ночи. Наблюдения: ${seen}.`,
};

function oneRival({ likely, named }: RivalWords): string {
  const one = named.map(({ au, share }) => `на расстоянии ${au} а.е., доля доверия ${share}`).join("");
  return {
    equal: `Подходят две орбиты, примерно равновероятные: у второй, ${one}.`,
    less: `Подходят две орбиты. Показанная вероятнее: у второй, ${one}, но сами положения её не исключают.`,
    more: `Подходят две орбиты, и вероятнее та, что не показана: у неё, ${one}.`,
  }[likely];
}

function manyRivals({ likely, count, shown, named, rest }: RivalWords): string {
  const said = {
    equal: "и ни одна явно не вероятнее остальных.",
    less: "и показанная вероятнее всех, но сами положения не исключают и остальные.",
    more: "и показанная — не самая вероятная.",
  }[likely];
  const shares = [
    `у показанной — ${shown}`,
    ...named.map(({ au, share }) => `на расстоянии ${au} а.е. — ${share}`),
    ...(rest ? [`у остальных (${rest.count}) — ${rest.share}`] : []),
  ];
  return `Подходят ${count + 1} ${pluralRu(count + 1, "орбита", "орбиты", "орбит")}, ${said} Доли доверия: ${shares.join("; ")}.`;
}

export const stagesRu: typeof stagesEn = {
  "placing observers": "места наблюдателей",
  "scanning ranges": "перебор расстояний",
  "refining orbits": "уточнение орбит",
  "estimating the uncertainty": "оценка неопределённости",
  "looking ahead": "взгляд на ближайшие ночи",
  done: "готово",
};

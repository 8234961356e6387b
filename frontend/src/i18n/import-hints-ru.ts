import type { importHintsEn, ProblemWords } from "./import-hints-en.ts";

type Hint = (problem: ProblemWords) => string;

/** A value that the server's sentence names: what the pattern finds there; empty without one. */
const named = (hint: string, pattern: RegExp) => pattern.exec(hint)?.[1] ?? "";
const readAnyway = "Прочитано, но MPC такого не примет.";
const orLeftOut = ({ severity }: ProblemWords) => (severity === "error" ? "" : ` ${readAnyway}`);

/** What to do about a problem of a file, by the reader's stable word; the values come from its own sentence. */
export const importHintsRu: typeof importHintsEn & Record<string, Hint> = {
  EMPTY_FILE: () => "Выберите файл с наблюдениями.",
  BAD_ENCODING: ({ severity }) =>
    severity === "error"
      ? "Файл в UTF-16 или UTF-32. Сохраните его в UTF-8."
      : "Прочитано как Latin-1: такие знаки допустимы лишь в комментариях. Сохраните файл в UTF-8.",
  NO_OBSERVATIONS: () => "Дайте строки в 80 колонок, ADES PSV или ADES XML, а пустую часть файла уберите.",
  TOO_MANY_PROBLEMS: ({ hint }) =>
    `Чтение остановлено на строке ${named(hint, /at line (\d+)/)}. Точно ли это файл наблюдений?`,
  MIXED_OBJECTS: ({ text, hint }) =>
    `Заявка — об одном объекте. В файле: ${text || named(hint, /objects: (.*?)\. Each/)}. Выберите один или разделите файл.`,
  UNKNOWN_DESIGNATION: ({ text, hint }) => `В файле нет «${text}». В нём есть: ${named(hint, /It holds (.*)\.$/)}.`,
  BAD_COLUMNS: ({ hint }) => {
    const count = named(hint, /has (\d+) columns/);
    const shape = "не склеены ли две строки, не оборвана ли строка? Её завершает код станции.";
    return count === "" ? `Не сдвинуты ли колонки, ${shape}` : `Их ${count}: ${shape}`;
  },
  TAB_FOUND: () => "С табуляцией колонок не сосчитать.",
  BAD_CHARACTER: () => "Уберите этот знак: в наблюдениях бывает только ASCII.",
  IGNORED_LINE: () => "Чтобы комментарии пропускались молча, начинайте их с COM.",
  REPAIRED: ({ hint }) => {
    const name = named(hint, /Read as (\w+)/);
    const cut = /left out/.test(hint);
    if (cut) return "Лишнее после колонки 56 пропущено. Не слишком ли длинно склонение?";
    return name === "" ? readAnyway : `Прочитано как ${name}: так пишется в ADES. MPC такого не примет.`;
  },
  BAD_DESIGNATION: ({ severity }) =>
    severity === "error"
      ? "В 80 колонках — упакованный номер (1–5) или обозначение с колонки 6; в ADES — permID (433), provID (2016 AB12) или trkSub."
      : `Номер и обозначение прочитаны иначе, чем записаны. ${readAnyway}`,
  BAD_MODE: () =>
    "Колонка 15: C — ПЗС, B — КМОП. В ADES mode: CCD, CMO, ENC, MER, MIC, OCC, PHO, PMT, TDI, UNK или VID.",
  BAD_DATE: () =>
    "В 80 колонках — ГГГГ ММ ДД.дддддд (16–32), в ADES — ГГГГ-ММ-ДДTчч:мм:сс.сZ, не больше шести знаков; время UTC. " +
    "Есть ли такой день в календаре?",
  FUTURE_TIME: () => "Проверьте дату и то, что время — UTC.",
  BAD_RA: () => "В 80 колонках — ЧЧ ММ СС.ссс (33–44), часы до 23; в ADES — градусы от 0 до 360, до девяти знаков.",
  BAD_DEC: () =>
    "В 80 колонках — sГГ ММ СС.сс со знаком (45–56), градусы до 90; в ADES — градусы от −90 до 90, до девяти знаков.",
  BAD_SIGMA: ({ hint }) =>
    /rmsCorr/.test(hint)
      ? "rmsCorr — между −1 и 1, не включая их. Исправьте или уберите."
      : "Погрешность — в секундах дуги, больше нуля. Исправьте или уберите.",
  BAD_MAGNITUDE: () => "Звёздная величина — число от −5 до 35 (в 80 колонках — 66–70). Исправьте или уберите.",
  UNKNOWN_BAND: ({ severity, hint }) =>
    severity === "warning"
      ? "Звёздная величина оставлена без полосы; MPC такого не примет."
      : `Возьмите полосу из списка MPC${listed(hint)} или уберите звёздную величину.`,
  UNKNOWN_CATALOGUE: ({ hint }) =>
    `Возьмите каталог из списка MPC${listed(hint)}. Если он неизвестен: колонка 72 — пробел, astCat — UNK.`,
  UNKNOWN_STATION: () => "В списке MPC такого кода нет. Проверьте его; новому месту (XXX) сначала нужен код.",
  SITE_WITHOUT_POSITION: () =>
    "У станции нет постоянного места. Дайте его: второй строкой в 80 колонках или sys, ctr, pos1–pos3 в ADES.",
  STATION_WITHOUT_POSITION: () => "У станции нет постоянного места: дайте геоцентрические x, y, z.",
  BAD_POSITION: ({ hint }) => {
    const lacking = named(hint, /lacks (.*?)\. Give/);
    if (lacking !== "") return `Не хватает: ${lacking}. Дайте sys, ctr и pos1–pos3 или ничего из них.`;
    return (
      "В 80 колонках: единица — в 33 (1 — км, 2 — а.е.), x, y, z со знаком — в 35–45, 47–57, 59–69; или восточная " +
      "долгота, широта и высота — в 35–44, 46–55, 57–61. В ADES проверьте pos1–pos3 и единицы."
    );
  },
  UNSUPPORTED_SYSTEM: () => "Место дайте в ICRF_KM, ICRF_AU или WGS84, относительно центра Земли (ctr — 399).",
  MISSING_FIELD: (problem) => {
    const name = named(problem.hint, /has no (\w+)/);
    return `Имя поля: ${name}.${orLeftOut(problem) || " Дайте его или уберите запись."}`;
  },
  MISSING_SECOND_LINE: () =>
    "У спутника и подвижной станции две строки подряд: тот же объект, дата и станция. Нет одной из них.",
  RADAR_RECORD: () => "Радар измеряет задержку и доплеровский сдвиг. Уберите запись, в 80 колонках — обе строки.",
  OFFSET_RECORD: () => "Смещение от планеты — не положение. Дайте ra и dec или уберите запись.",
  OCCULTATION_RECORD: () => "Смещение от покрытой звезды — не положение. Дайте ra и dec или уберите запись.",
  SUPERSEDED: () => "MPC отменил это наблюдение или заменил другим.",
  BAD_XML: () => "Отсюда текст — не XML или не ADES: документ начинается с элемента ades, каждый элемент закрыт.",
  UNSAFE_XML: () => "Уберите объявление DOCTYPE или ENTITY: в ADES они не нужны.",
  BAD_VERSION: () => 'Начните файл с # version=2022 (или 2017), XML — с <ades version="2022">.',
  BAD_HEADER: () => "Перед этой записью нет годной строки с именами колонок.",
  BAD_FIELD_COUNT: ({ hint }) =>
    `В записи полей: ${named(hint, /record: (\d+)/)}, в строке имён: ${named(hint, /header: (\d+)/)}. Проверьте знаки | между ними.`,
  BAD_ORDER: (problem) =>
    problem.severity === "error"
      ? "Строка с ! относится к группе # перед именами колонок. Перенесите её туда или уберите."
      : `По правилам ADES это стоит раньше. ${readAnyway}`,
  UNKNOWN_FIELD: ({ hint }) =>
    /prog is/.test(hint)
      ? "prog — код программы MPC из двух знаков, от 00 до 1V. Он пропущен."
      : "В ADES такого нет; пропущено.",
  REPEATED_FIELD: () => "Уберите одно из двух.",
  MISSING_CONTEXT: (problem) => {
    const names = named(problem.hint, /(?:^|says )([a-z]+(?:, [a-z]+)*)(?:\. It| is missing)/);
    return `Нужны observatory, submitter, measurers, telescope${names && `; не сказано: ${names}`}.${orLeftOut(problem)}`;
  },
  MIXED_RECORDS: () => "В одном obsData — записи одного типа. Дайте этой записи свой блок.",
  DUPLICATE: ({ hint }) => {
    const line = named(hint, /line (\d+)/);
    return line === "" ? "Такое наблюдение в заявке уже есть." : `То же, что строка ${line}.`;
  },
  CONFLICT: ({ hint }) => {
    const line = named(hint, /Line (\d+)/);
    const where = line === "" ? "В заявке" : `В строке ${line}`;
    return `${where} — тот же объект, станция и время, но другие значения. Оставьте одно.`;
  },
  BELOW_HORIZON: ({ hint }) =>
    `Объект был на ${named(hint, /stood (\d+°)/)} ниже горизонта станции ${named(hint, /of (\w+)\. Check/)}. Проверьте время (UTC) и станцию.`,
  SUN_ABOVE_HORIZON: ({ hint }) =>
    `Солнце стояло на ${named(hint, /stood (\d+°)/)} выше горизонта станции ${named(hint, /of (\w+)\. Check/)}. Проверьте время (UTC) и станцию.`,
  SINGLE_POSITION: ({ hint }) =>
    `У «${named(hint, /position of (.+?) by/)}» со станции ${named(hint, /by (\w+) in/)} за эту ночь других положений нет: ошибку заметить не по чему.`,
  TOO_FEW_OBSERVATIONS: ({ hint }) =>
    `Для орбиты «${named(hint, /orbit of (.+?) needs/)}» нужно не меньше ${named(hint, /at least (\d+)/)} наблюдений.`,
  ARC_TOO_SHORT: ({ hint }) =>
    `Наблюдения «${named(hint, /observations of (.+?) lie/)}» — за одну ночь; она редко определяет расстояние. Добавьте ещё ночь.`,
  OUT_OF_RANGE: ({ text }) => `Проверьте значение: ${text}.`,
  INVALID_FORMAT: ({ text }) => `Проверьте значение: ${text}.`,
  TOO_LONG: ({ text, hint }) => `Не больше ${named(hint, /at most (\d+)/)} знаков: ${text}.`,
  TOO_MANY_OBSERVATIONS: ({ hint }) =>
    `В заявке не больше ${named(hint, /at most (\d+)/)} наблюдений вместе с теми, что уже есть. Уберите лишние.`,
};

/** The words of a list, where the sentence has one that is short enough to read. */
function listed(hint: string): string {
  const words = named(hint, /(?:Use one of |MPC \()([\w, ]+)/);
  return words === "" || words.length > 200 ? "" : ` (${words})`;
}

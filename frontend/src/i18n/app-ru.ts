import { pluralRu } from "./plural.ts";
import type { Dictionary } from "./en.ts";

export const appRu: Dictionary["app"] = {
  name: "AstroDist",
  skipToContent: "К содержанию",
  requests: "Заявки",
  navigation: "Разделы",
  home: "AstroDist, к заявкам",
  toLight: "Светлое оформление",
  toDark: "Тёмное оформление",
  language: "Язык",
  notFoundTitle: "По этому адресу ничего нет",
  notFoundText: "Возможно, ссылка устарела или набрана с ошибкой.",
  toRequests: "К заявкам",
  crashTitle: "Страница перестала работать",
  crashText: "Это наша ошибка. Обычно помогает загрузить страницу заново; сохранённое не потеряно.",
  reload: "Загрузить заново",
};

export const commonRu: Dictionary["common"] = {
  retry: "Повторить",
  cancel: "Отмена",
  save: "Сохранить",
  edit: "Изменить",
  delete: "Удалить",
  close: "Закрыть",
  loading: "Загрузка…",
  optional: "необязательно",
  none: "—",
  failed: "Не получилось",
  offline: "Сервер недоступен",
  tryAgainIn: (seconds) => {
    const minutes = Math.ceil(seconds / 60);
    return seconds < 120
      ? `Повторите через ${seconds} ${pluralRu(seconds, "секунду", "секунды", "секунд")}.`
      : `Повторите через ${minutes} ${pluralRu(minutes, "минуту", "минуты", "минут")}.`;
  },
};

export const ageRu: Dictionary["age"] = {
  fresh: "Данные свежие",
  seconds: (count) => `Обновлено ${count} с назад`,
  minutes: (count) => `Обновлено ${count} мин назад`,
  failing: "Не удаётся обновить",
  tooltip: "Насколько свежи данные на странице. Они обновляются сами.",
  refresh: "Обновить сейчас",
};

export const sessionRu: Dictionary["session"] = {
  signIn: "Войти",
  signOut: "Выйти",
  register: "Создать учётную запись",
  registerTitle: "Новая учётная запись",
  signInTitle: "Вход в AstroDist",
  username: "Имя пользователя",
  password: "Пароль",
  passwordHint: "Не короче 8 знаков и не только цифры.",
  format: {
    username: "Годятся только буквы, цифры и знаки @ . + - _.",
    password:
      "Пароль слишком слабый: нужно не меньше 8 знаков, не одни цифры, не из распространённых и не похоже на имя.",
  },
  showCharacters: "Показать знаки",
  noAccount: "Ещё нет учётной записи?",
  haveAccount: "Уже есть учётная запись?",
  expired: "Сеанс закончился. Войдите снова, чтобы продолжить с того же места.",
  required: "Заполните это поле.",
  role: { observer: "Наблюдатель", moderator: "Модератор" },
  promise:
    "Пришлите измеренные положения астероида и узнайте, как далеко он был в каждый момент и насколько это надёжно.",
  steps: [
    "Введите положения не менее чем за три ночи",
    "Модератор одобрит заявку",
    "Получите расстояния и орбиту с их погрешностями",
  ],
};

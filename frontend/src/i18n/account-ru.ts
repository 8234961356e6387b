import type { accountEn } from "./account-en.ts";
import { pluralRu } from "./plural.ts";

/** Слова окна о своей учётной записи. */
export const accountRu: typeof accountEn = {
  open: "Учётная запись",
  title: (name) => `Учётная запись ${name}`,
  passwordTitle: "Пароль",
  current: "Нынешний пароль",
  next: "Новый пароль",
  wrong: "Это не ваш нынешний пароль.",
  change: "Сменить пароль",
  changed: "Пароль сменён. Остальные сеансы и все токены этой записи прекращены.",
  tokensTitle: "Токены доступа",
  tokensText: "По ним входят программы (POST /api/auth/token). Отозванный токен больше ничего не открывает.",
  noTokens: "Токенов нет.",
  tokensFailed: "Токены не загрузились",
  created: "Создан",
  used: "Последний раз использован",
  revoke: "Отозвать",
  revokeOf: (day) => `Отозвать токен от ${day}`,
  revokeAll: "Отозвать все",
  revoked: (count) =>
    `${pluralRu(count, "Отозван", "Отозвано", "Отозвано")} ${count} ${pluralRu(count, "токен", "токена", "токенов")}.`,
};

/** The dictionaries come one by one: a reader needs one language, and each is as large as a whole feature. */
import type { Dictionary } from "./en.ts";

export type Language = "en" | "ru";

const KEY = "astrodist-language";
const sources: Record<Language, () => Promise<Dictionary>> = {
  en: async () => (await import("./en.ts")).en,
  ru: async () => (await import("./ru.ts")).ru,
};
const loaded = new Map<Language, Dictionary>();

export const languageKey = KEY;

/** The language chosen before, or the browser's. */
export function preferredLanguage(): Language {
  const chosen = localStorage.getItem(KEY) ?? navigator.language.toLowerCase();
  return chosen.startsWith("ru") ? "ru" : "en";
}

/** Fetches a dictionary, once. */
export async function loadDictionary(language: Language): Promise<void> {
  if (!loaded.has(language)) loaded.set(language, await sources[language]());
}

/** The dictionary, or undefined until it was fetched. */
export const dictionaryOf = (language: Language): Dictionary | undefined => loaded.get(language);

import { createContext, useContext, useEffect, type ReactNode } from "react";
import { useLocalStorage } from "@mantine/hooks";
import { en, type Dictionary } from "./en.ts";
import { ru } from "./ru.ts";

export type Language = "en" | "ru";

const dictionaries: Record<Language, Dictionary> = { en, ru };

const LanguageContext = createContext<{ language: Language; setLanguage: (language: Language) => void }>({
  language: "en",
  setLanguage: () => undefined,
});

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useLocalStorage<Language>({
    key: "astrodist-language",
    defaultValue: navigator.language.toLowerCase().startsWith("ru") ? "ru" : "en",
    getInitialValueInEffect: false,
    deserialize: (value) => (value === "ru" ? "ru" : "en"),
    serialize: (value) => value,
  });
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return <LanguageContext value={{ language, setLanguage }}>{children}</LanguageContext>;
}

export const useLanguage = () => useContext(LanguageContext);

/** The texts in the language chosen. */
export const useText = (): Dictionary => dictionaries[useLanguage().language];

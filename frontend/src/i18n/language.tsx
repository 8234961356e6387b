import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { useLocalStorage } from "@mantine/hooks";
import { dictionaryOf, languageKey, loadDictionary, preferredLanguage, type Language } from "./dictionaries.ts";
import type { Dictionary } from "./en.ts";

interface LanguageValue {
  language: Language;
  setLanguage: (language: Language) => void;
  text: Dictionary;
}

const LanguageContext = createContext<LanguageValue | null>(null);

/** Shows its children in the language chosen; until another dictionary is there, in the one before. The first one must
 * have been fetched: see main.tsx. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [chosen, setLanguage] = useLocalStorage<Language>({
    key: languageKey,
    defaultValue: preferredLanguage(),
    getInitialValueInEffect: false,
    deserialize: (value) => (value === "ru" ? "ru" : "en"),
    serialize: (value) => value,
  });
  const [fetched, setFetched] = useState(chosen);
  const language = dictionaryOf(chosen) ? chosen : fetched;
  const text = dictionaryOf(language);
  useEffect(() => {
    let wanted = true;
    // Where it cannot be fetched, the language stays as it is; choosing it again is another try.
    void loadDictionary(chosen).then(
      () => wanted && setFetched(chosen),
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [chosen]);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const value = useMemo(() => text && { language, setLanguage, text }, [language, setLanguage, text]);
  return value && <LanguageContext value={value}>{children}</LanguageContext>;
}

export function useLanguage(): LanguageValue {
  const value = useContext(LanguageContext);
  if (!value) throw new Error("useLanguage outside of LanguageProvider");
  return value;
}

/** The texts in the language chosen. */
export const useText = (): Dictionary => useLanguage().text;

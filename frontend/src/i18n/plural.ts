const rules = { en: new Intl.PluralRules("en"), ru: new Intl.PluralRules("ru") };

export function pluralEn(count: number, one: string, many: string): string {
  return rules.en.select(count) === "one" ? one : many;
}

/** 1 наблюдение, 2 наблюдения, 5 наблюдений. */
export function pluralRu(count: number, one: string, few: string, many: string): string {
  const form = rules.ru.select(count);
  if (form === "one") return one;
  return form === "few" ? few : many;
}

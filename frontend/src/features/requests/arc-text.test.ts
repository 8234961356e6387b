import { describe, expect, it } from "vitest";
import { en } from "@/i18n/en.ts";
import { ru } from "@/i18n/ru.ts";
import { arcText } from "./arc-text.ts";

describe("the time that observations cover", () => {
  it.each([
    [1 / 24, "60 minutes", "60 мин"],
    [0.1, "2.4 hours", "2,4 ч"],
    [8.24, "8.2 days", "8,2 сут"],
    [400.3, "400 days", "400 сут"],
  ])("of %d days is told as %s", (days, english, russian) => {
    expect(en.why.arc(arcText(days, en.locale))).toBe(english);
    expect(ru.why.arc(arcText(days, ru.locale))).toBe(russian);
  });
});

import { describe, expect, it } from "vitest";
import { readDay, writeDay } from "./typed-day.ts";

describe("a day that is typed", () => {
  it.each([
    ["2026-11-20", "en-GB"],
    [" 20.11.2026 ", "ru-RU"],
    ["20/11/2026", "en-GB"],
    ["20 Nov 2026", "en-GB"],
    ["20 November 2026", "ru-RU"],
    ["20 нояб. 2026 г.", "ru-RU"],
    ["20 ноября 2026", "ru-RU"],
    ["20-nov-2026", "en-GB"],
  ])("is read: %s in %s", (typed, locale) => {
    expect(readDay(typed, locale)).toBe("2026-11-20");
  });

  it("may be in May in both of its Russian cases", () => {
    expect(readDay("1 мая 2026", "ru-RU")).toBe("2026-05-01");
    expect(readDay("1 май 2026", "ru-RU")).toBe("2026-05-01");
    expect(readDay("1 мар 2026", "ru-RU")).toBe("2026-03-01");
  });

  it.each([
    "30.02.2026",
    "2026-13-01",
    "2026-1-1",
    "20.11.26",
    "20 Nev 2026",
    "soon",
    "0001-01-01",
    "2026-11-20T00:00",
  ])("is no day: %s", (typed) => {
    expect(readDay(typed, "en-GB")).toBeNull();
  });

  it.each(["en-GB", "ru-RU"])("is read as it is written in %s", (locale) => {
    for (const day of ["2026-01-01", "2026-05-09", "2028-02-29", "2026-12-31"]) {
      expect(readDay(writeDay(day, locale), locale)).toBe(day);
    }
  });

  it("is written as the language does", () => {
    expect(writeDay("2026-11-05", "en-GB")).toBe("05 Nov 2026");
    expect(writeDay("2026-11-05", "ru-RU")).toBe("05.11.2026");
    expect(writeDay("", "ru-RU")).toBe("");
  });
});

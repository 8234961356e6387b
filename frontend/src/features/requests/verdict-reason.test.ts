import { describe, expect, it } from "vitest";
import { en } from "@/i18n/en.ts";
import { ru } from "@/i18n/ru.ts";
import type { Au } from "@/lib/units.ts";
import { samples } from "@/testing/samples.ts";
import type { RequestDetail } from "./types.ts";
import { verdictReason } from "./verdict-reason.ts";

const sample = samples.detailCompleted as unknown as RequestDetail;

/** A request that two orbits fit, with the shares of the others by their distance, au. */
function ambiguous(others: Record<number, number>): RequestDetail {
  const grounds = { ...sample.verdict_grounds, cause: "TWO_ORBITS", other_distance_au: 1.25 };
  const alternatives = Object.entries(others).map(([au, weight]) => ({
    weight,
    distance_au: Number(au) as Au,
    orbit: null,
  }));
  return { ...sample, alternatives, verdict_grounds: grounds as RequestDetail["verdict_grounds"] };
}

describe("the reason where two orbits fit", () => {
  it.each([0.34, 0.5, 0.66])("calls them equally likely where the other one has a share of %d", (share) => {
    const percent = `${Math.round(100 * share)} %`;
    expect(verdictReason(en, ambiguous({ 1.25: share }))).toBe(
      `Two orbits fit and are about equally likely: the other one, at 1.25 au, has ${percent} of the belief. ` +
        "Observations of another night would tell them apart. The observations cover 3.0 days on 4 nights.",
    );
    expect(verdictReason(ru, ambiguous({ 1.25: share }))).toContain(
      `примерно равновероятные: у второй, на расстоянии 1,25 а.е., доля доверия ${percent}.`,
    );
  });

  it("says that the one shown is likelier where the other one has a small share", () => {
    expect(verdictReason(en, ambiguous({ 1.25: 0.02 }))).toContain(
      "The one shown is likelier: the other one, at 1.25 au, has 2.0 % of the belief, but the positions do not rule it out.",
    );
    expect(verdictReason(ru, ambiguous({ 1.25: 0.02 }))).toContain(
      "Показанная вероятнее: у второй, на расстоянии 1,25 а.е., доля доверия 2,0 %, но сами положения её не исключают.",
    );
  });

  it("says that the one shown is less likely where it is", () => {
    expect(verdictReason(en, ambiguous({ 1.25: 0.8 }))).toContain(
      "the one not shown is likelier: it, at 1.25 au, has 80 %",
    );
    expect(verdictReason(ru, ambiguous({ 1.25: 0.8 }))).toContain(
      "вероятнее та, что не показана: у неё, на расстоянии 1,25 а.е.",
    );
  });

  it("compares the one shown with all others where there are several", () => {
    expect(verdictReason(en, ambiguous({ 1.25: 0.2, 3.1: 0.7 }))).toBe(
      "3 orbits fit, and the one shown is not the likeliest. Belief: 10 % in the one shown, 70 % in that at 3.10 au, " +
        "20 % in that at 1.25 au. Observations of another night would tell them apart. " +
        "The observations cover 3.0 days on 4 nights.",
    );
    expect(verdictReason(ru, ambiguous({ 1.25: 0.2, 3.1: 0.7 }))).toContain(
      "Подходят 3 орбиты, и показанная — не самая вероятная. Доли доверия: у показанной — 10 %; " +
        "на расстоянии 3,10 а.е. — 70 %; на расстоянии 1,25 а.е. — 20 %. Различит",
    );
  });

  it.each([
    [{ 1.25: 0.3, 3.1: 0.3 }, "and none is clearly the likeliest", "ни одна явно не вероятнее"],
    [{ 1.25: 0.6, 3.1: 0.05 }, "and none is clearly the likeliest", "ни одна явно не вероятнее"],
    [{ 1.25: 0.02, 3.1: 0.002 }, "the one shown is the likeliest, but", "показанная вероятнее всех, но"],
  ])("of %o says %s", (others, english, russian) => {
    expect(verdictReason(en, ambiguous(others))).toContain(english);
    expect(verdictReason(ru, ambiguous(others))).toContain(russian);
  });

  it("names the likeliest three and tells the rest together", () => {
    const others = { 0.012345: 0.2, 1.25: 0.05, 3.1: 0.1, 4.2: 0.15, 30: 0.04 };
    expect(verdictReason(en, ambiguous(others))).toContain(
      "6 orbits fit, and the one shown is the likeliest, but the positions do not rule out the others. " +
        "Belief: 46 % in the one shown, 20 % in that at 0.0123 au, 15 % in that at 4.20 au, 10 % in that at 3.10 au, " +
        "9.0 % in 2 more.",
    );
    expect(verdictReason(ru, ambiguous(others))).toMatch(/^Подходят 6 орбит, .*; у остальных \(2\) — 9,0 %\./);
  });

  it("tells nearly all of the belief as less than all of it", () =>
    expect(verdictReason(en, ambiguous({ 1.25: 0.002, 3.1: 0.001 }))).toContain("> 99 % in the one shown"));

  it("says no shares where there are none", () => {
    expect(verdictReason(en, ambiguous({}))).toBe(sample.verdict_reason);
    expect(verdictReason(ru, ambiguous({}))).toContain(
      "Подходят две орбиты; вторая — на расстоянии 1,25 а.е. Различит",
    );
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ProblemWords } from "./import-hints-en.ts";
import { importHintsRu } from "./import-hints-ru.ts";
import { importReasonsRu } from "./import-reasons-ru.ts";

/** Written by the reader's own tests: every reason, and every sentence that it has for it. */
const SAMPLES = JSON.parse(readFileSync("../tests/data/wire/file_problems.json", "utf8")) as (ProblemWords & {
  reason: string;
})[];
/** Values and not words: numbers, names of fields and codes, and what stands in quotation marks. */
const SAYS_ENGLISH = /\b(the|of|and|or|is|are|not|line|columns|read|check|give|station)\b/i;

const said = (problem: ProblemWords & { reason: string }) => importHintsRu[problem.reason]?.(problem) ?? "";

describe("the Russian words for problems of a file", () => {
  it("are there for every reason of the reader", () => {
    const source = readFileSync("../calc_grpc/astrometry/reasons.py", "utf8");
    const reasons = [...source.matchAll(/^([A-Z_]+): Final = /gm)].map(([, word = ""]) => word);
    expect(new Set(SAMPLES.map(({ reason }) => reason))).toEqual(new Set(reasons));
    expect(reasons.filter((reason) => !(reason in importHintsRu && reason in importReasonsRu))).toEqual([]);
  });

  it("are there for every reason of an import", () => {
    const source = ["services/importing", "observation_rules"].map((name) =>
      readFileSync(`../main_api/requests/${name}.py`, "utf8"),
    );
    const found = source.flatMap((text) => [
      ...text.matchAll(/reason="([A-Z_]+)"|yield "?\w+"?, "([A-Z_]+)"|^([A-Z_]+) = "\3"/gm),
    ]);
    const reasons = new Set(found.map(([, one, two, three]) => one ?? two ?? three ?? ""));
    reasons.delete("DUPLICATE_OBSERVATION"); // of observations typed one by one
    expect(reasons.size).toBeGreaterThan(9);
    expect([...reasons].filter((reason) => !(reason in importHintsRu))).toEqual([]);
  });

  it.each(SAMPLES)("say $reason in Russian: $hint", (problem) => {
    expect(said(problem)).toMatch(/[а-яё]{3}/i);
    expect(said(problem)).not.toMatch(SAYS_ENGLISH);
    expect(said(problem)).not.toMatch(/ {2}|\(\)|: ?\.|undefined/);
  });

  it.each([
    ["BELOW_HORIZON", "90°", "413"],
    ["SUN_ABOVE_HORIZON", "62°", "000"],
    ["BAD_FIELD_COUNT", "1", "7"],
    ["DUPLICATE", "2"],
    ["CONFLICT", "1"],
    ["MIXED_OBJECTS", "433, 434, 435"],
    ["TOO_FEW_OBSERVATIONS", "433", "3"],
    ["SINGLE_POSITION", "433"],
    ["ARC_TOO_SHORT", "433"],
  ])("name the values of %s", (reason, ...values) => {
    const sentences = SAMPLES.filter((one) => one.reason === reason).map(said);
    for (const value of values) expect(sentences.join(" ")).toContain(value);
  });
});

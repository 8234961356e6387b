import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { importReasonsEn } from "./import-reasons-en.ts";
import { importReasonsRu } from "./import-reasons-ru.ts";
import { verdictReasonsRu } from "./request-ru.ts";
import { requestRu } from "./result-ru.ts";

const words = (source: string, start: string, end: string) =>
  [...(source.split(start)[1]?.split(end)[0] ?? "").matchAll(/"([A-Z_]+)"/g)].map(([, word = ""]) => word);

describe("the words of the calculation service", () => {
  it("have a Russian sentence for every cause of a verdict", () => {
    const causes = words(readFileSync("../calc_grpc/orbits/result.py", "utf8"), "Cause = Literal[", "]");
    expect(causes.length).toBeGreaterThan(10);
    expect(Object.keys(verdictReasonsRu).sort()).toEqual(causes.sort());
  });

  it("have a Russian sentence for every remark about the coming nights", () => {
    const remarks = words(readFileSync("../calc_grpc/orbits/result.py", "utf8"), "Remark = Literal[", "]");
    expect(remarks.length).toBeGreaterThan(5);
    expect(Object.keys(requestRu.followUp.remarks).sort()).toEqual(remarks.sort());
  });

  it("have both languages for every problem of a file", () => {
    const source = readFileSync("../calc_grpc/astrometry/reasons.py", "utf8");
    const reasons = [...source.matchAll(/^([A-Z_]+): Final = /gm)].map(([, word = ""]) => word);
    expect(Object.keys(importReasonsEn)).toEqual(expect.arrayContaining(reasons));
    expect(Object.keys(importReasonsRu).sort()).toEqual(Object.keys(importReasonsEn).sort());
  });
});

import { describe, expect, it } from "vitest";
import { en } from "@/i18n/en.ts";
import { durationText, runMs } from "@/lib/duration.ts";
import { piRow } from "./testing.ts";
import { estimateLeftMs, firstSight } from "./time-taken.ts";

const START = Date.parse("2026-11-20T12:00:00Z");
const running = (fraction: number, start_time = "2026-11-20T12:00:00Z") =>
  piRow({ state: "RUNNING", start_time, progress: { fraction, stage: "dividing" } });

describe("the time taken", () => {
  it("runs while the calculation does and stays when it ends", () => {
    expect(runMs(running(0.5), START + 4_200)).toBe(4_200);
    const done = piRow({
      ...{ state: "SUCCEEDED", start_time: "2026-11-20T12:00:00Z", finish_time: "2026-11-20T12:00:07.500Z" },
    });
    expect(runMs(done, START + 1e6)).toBe(7_500);
  });

  it("is nothing where no run was needed, and unknown where there was none", () => {
    expect(runMs(piRow({ state: "SUCCEEDED" }), START)).toBe(0);
    expect(runMs(piRow({ state: "SCHEDULED" }), START)).toBeNull();
  });

  it.each([
    [0, "at once"],
    [420, "0.42 s"],
    [5_000, "5 s"],
    [9_649, "9.6 s"],
    [42_400, "42 s"],
    [185_000, "3 min 5 s"],
    [3_720_000, "1 h 2 min"],
  ])("of %i ms reads %s", (milliseconds, words) => {
    expect(durationText(en, milliseconds)).toBe(words);
  });
});

describe("the time left", () => {
  it("follows from how fast the run went since it was first seen", () => {
    const sight = firstSight(null, running(0.2), 1_000);
    expect(firstSight(sight, running(0.4), 3_000)).toBe(sight);
    expect(estimateLeftMs(sight, 0.4, 3_000)).toBeCloseTo(6_000);
  });

  it("is not guessed from too little", () => {
    const sight = firstSight(null, running(0.2), 1_000);
    expect(estimateLeftMs(sight, 0.21, 9_000)).toBeNull();
    expect(estimateLeftMs(sight, 0.9, 1_500)).toBeNull();
    expect(estimateLeftMs(null, 0.9, 9_000)).toBeNull();
  });

  it("starts anew with a new run", () => {
    const sight = firstSight(null, running(0.6), 1_000);
    expect(firstSight(sight, running(0.1, "2026-11-20T12:05:00Z"), 8_000)).toMatchObject({ fraction: 0.1, at: 8_000 });
    expect(firstSight(sight, piRow({ state: "SUCCEEDED" }), 8_000)).toBeNull();
  });
});

import { describe, expect, it } from "vitest";
import { tickText } from "./chart-parts.tsx";

const EVENING = Date.UTC(2016, 2, 12, 21, 14);
const HOUR_MS = 3_600_000;

describe("a tick of the axis of time", () => {
  it("has the hour where the observations are of one night", () =>
    expect(tickText(EVENING, "en-GB", HOUR_MS)).toBe("12 Mar, 21:14"));

  it("has the year where they are not", () => expect(tickText(EVENING, "en-GB", 1000 * HOUR_MS)).toBe("12 Mar 2016"));
});

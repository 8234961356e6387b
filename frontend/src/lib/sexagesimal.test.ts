import { describe, expect, it } from "vitest";
import { formatDeclination, formatRightAscension, parseDeclination, parseRightAscension } from "./sexagesimal.ts";
import { degrees } from "./units.ts";

const ra = (text: string) => {
  const parsed = parseRightAscension(text);
  return parsed.ok ? parsed.value : parsed.problem;
};
const dec = (text: string) => {
  const parsed = parseDeclination(text);
  return parsed.ok ? parsed.value : parsed.problem;
};

describe("right ascension", () => {
  it.each([
    ["54.596125", 54.596125],
    ["03 38 23.07", 54.596125],
    ["3:38:23.07", 54.596125],
    ["3h38m23.07s", 54.596125],
    ["3h", 45],
    ["0", 0],
    ["23 59 59.999", 359.99999583],
  ])("reads %s", (text, expected) => expect(ra(text)).toBeCloseTo(expected, 7));

  it.each([
    ["", "EMPTY"],
    ["east", "FORMAT"],
    ["3 38 23 1", "FORMAT"],
    ["3.5 38 23", "FORMAT"],
    ["360", "RANGE"],
    ["24 00 00", "RANGE"],
    ["3 60 00", "RANGE"],
    ["-1", "RANGE"],
  ])("refuses %j as %s", (text, expected) => expect(ra(text)).toBe(expected));

  it("carries rounded seconds over, past midnight too", () => {
    expect(formatRightAscension(degrees(54.596125))).toBe("03 38 23.070");
    expect(formatRightAscension(degrees((59.9996 / 3600) * 15))).toBe("00 01 00.000");
    expect(formatRightAscension(degrees(359.9999999))).toBe("00 00 00.000");
  });
});

describe("declination", () => {
  it.each([
    ["+16 17 25.5", 16.290416667],
    ["-00 30 12", -0.503333333],
    ["−0 00 36", -0.01],
    ["-0°30'12\"", -0.503333333],
    ["-0.25", -0.25],
    ["90", 90],
    ["16,29", 16.29],
  ])("reads %s", (text, expected) => expect(dec(text)).toBeCloseTo(expected, 8));

  it.each([
    ["90 00 00.1", "RANGE"],
    ["-91", "RANGE"],
    ["+16 17 61", "RANGE"],
    ["up", "FORMAT"],
  ])("refuses %j as %s", (text, expected) => expect(dec(text)).toBe(expected));

  it("keeps the sign of a fraction of a degree below the equator", () => {
    expect(formatDeclination(degrees(-0.503333333))).toBe("-00 30 12.00");
    expect(formatDeclination(degrees(16.2904166667))).toBe("+16 17 25.50");
  });

  it("writes no minus before what rounds to zero", () => {
    expect(formatDeclination(degrees(-0.0000001))).toBe("+00 00 00.00");
  });
});

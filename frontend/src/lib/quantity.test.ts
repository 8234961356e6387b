import { describe, expect, it } from "vitest";
import { decimalsOfSigma, formatAtLeast, formatSignificant, roundBySigma } from "./quantity.ts";

describe("rounding by sigma", () => {
  it.each([
    [2.7683421, 0.00123, "2.7683", "0.0012"],
    [1.94061, 0.0996, "1.94", "0.10"],
    [2.1, 1.4, "2.1", "1.4"],
    [414_130_000, 182_345, "414,130,000", "180,000"],
    [-0.5, 0.01, "−0.500", "0.010"],
  ])("shows %d with %d as %s and %s", (value, sigma, shown, shownSigma) =>
    expect(roundBySigma(value, sigma, "en")).toEqual({ value: shown, sigma: shownSigma }),
  );

  it.each([
    [0.31, 20, "0.31", "20"],
    [0.0996, 2.1, "0.10", "2.1"],
    [2.4, 214, "2.4", "210"],
    [46_376_000, 2_990_000_000, "46,000,000", "3,000,000,000"],
    [2.1, 1.4, "2.1", "1.4"],
    [2.7683421, 0.00123, "2.7683", "0.0012"],
    [0, 20, "0", "20"],
  ])("keeps two digits of %d though its sigma is %d where that is asked for", (value, sigma, shown, shownSigma) =>
    expect(roundBySigma(value, sigma, "en", 2)).toEqual({ value: shown, sigma: shownSigma }),
  );

  it("tells a value that may be zero as zero where its sigma says no more", () =>
    expect(roundBySigma(0.003, 0.51, "en")).toEqual({ value: "0.00", sigma: "0.51" }));

  it("shows a value without a sigma alone", () => {
    expect(roundBySigma(2.25, null, "en")).toEqual({ value: "2.2500", sigma: null });
    expect(roundBySigma(2.25, 0, "en").sigma).toBeNull();
  });

  it("uses the language's own decimal sign", () => {
    expect(roundBySigma(2.7683, 0.0012, "ru").value).toBe("2,7683");
  });

  it("never asks for more digits than a number has", () => {
    expect(decimalsOfSigma(1e-15)).toBe(9);
  });
});

describe("a number of three digits", () => {
  it.each([
    [0.012345, "0.0123"],
    [1.25, "1.25"],
    [3.1, "3.10"],
    [99.96, "100"],
  ])("%d is told as %s", (value, told) => expect(formatSignificant(value, "en", 3)).toBe(told));
});

describe("a small number", () => {
  it.each([
    [0.00004, "< 0.001"],
    [0.0007, "0.001"],
    [0.3416, "0.342"],
    [0, "0.000"],
  ])("%d is told as %s", (value, told) => expect(formatAtLeast(value, "en", 3)).toBe(told));
});

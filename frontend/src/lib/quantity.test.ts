import { describe, expect, it } from "vitest";
import { decimalsOfSigma, formatAtLeast, roundBySigma } from "./quantity.ts";

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

describe("a small number", () => {
  it.each([
    [0.00004, "< 0.001"],
    [0.0007, "0.001"],
    [0.3416, "0.342"],
    [0, "0.000"],
  ])("%d is told as %s", (value, told) => expect(formatAtLeast(value, "en", 3)).toBe(told));
});

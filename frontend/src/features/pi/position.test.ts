import { describe, expect, it } from "vitest";
import { ApiError } from "@/lib/http.ts";
import { newId } from "@/lib/new-id.ts";
import { boundOf, parsePosition, positionWithin } from "./position.ts";

describe("a position", () => {
  it.each(["1000000", "1,000,000", "1 000 000", "1.000.000", "1\u00a0000\u00a0000", "1_000_000", " 1'000'000 "])(
    "may be written as %j",
    (typed) => expect(parsePosition(typed)).toBe(1_000_000),
  );

  it.each([
    ["", "required"],
    ["-1", "negative"],
    ["−5", "negative"],
    ["1.5", "notWhole"],
    ["1,5", "notWhole"],
    ["ten", "notWhole"],
    ["1e6", "notWhole"],
    ["1,000 000", "notWhole"],
  ])("is not %j: %s", (typed, problem) => {
    expect(parsePosition(typed)).toBe(problem);
  });

  it("goes from the 3 to the largest, where that is known", () => {
    expect(["0", "762", "763", "ten", "-1"].map((typed) => positionWithin(typed, 762))).toEqual([
      0,
      762,
      ...[null, null, null],
    ]);
  });
});

describe("the bound in a refusal", () => {
  const refusal = (values: Record<string, unknown>) =>
    new ApiError({ status: 400, reason: "INVALID_INPUT", detail: "Give 0 to 5.", values });

  it("is among its values", () => {
    expect(boundOf(refusal({ largest_digit_position: "10000000" }))).toBe(10_000_000);
  });

  it("is not looked for elsewhere", () => {
    expect(boundOf(refusal({}))).toBeNull();
    expect(boundOf(refusal({ largest_digit_position: "many" }))).toBeNull();
    expect(boundOf(new Error("10"))).toBeNull();
  });
});

describe("an id drawn here", () => {
  it("is a random UUID", () => {
    const [one, other] = [newId(), newId()];
    expect(one).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(one).not.toBe(other);
  });
});

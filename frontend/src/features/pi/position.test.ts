import { describe, expect, it } from "vitest";
import { ApiError } from "@/lib/http.ts";
import { newId } from "@/lib/new-id.ts";
import { boundOf, parsePosition } from "./position.ts";

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
    ["2147483648", "tooLarge"],
  ])("is not %j: %s", (typed, problem) => {
    expect(parsePosition(typed)).toBe(problem);
  });

  it("goes from the 3 to the largest", () => {
    expect([parsePosition("0"), parsePosition("762", 762), parsePosition("763", 762)]).toEqual([0, 762, "tooLarge"]);
  });
});

describe("the bound in a refusal", () => {
  const refusal = (path: string, reason: string, message: string) =>
    new ApiError({ status: 400, reason: "INVALID_INPUT", detail: "No.", fieldErrors: [{ path, reason, message }] });

  it("is the largest number that the message names", () => {
    const message = "Must be from 0 to 10,000,000 on this server.";
    expect(boundOf(refusal("pi.digit_position", "OUT_OF_RANGE", message))).toBe(10_000_000);
  });

  it("is not looked for elsewhere", () => {
    expect(boundOf(refusal("delay", "OUT_OF_RANGE", "At most 60."))).toBeNull();
    expect(boundOf(refusal("pi.digit_position", "WRONG_TYPE", "Not 3.5."))).toBeNull();
    expect(boundOf(refusal("pi.digit_position", "OUT_OF_RANGE", "Too large."))).toBeNull();
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

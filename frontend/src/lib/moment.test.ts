import { describe, expect, it } from "vitest";
import { formatMoment, parseMoment } from "./moment.ts";

describe("moments", () => {
  it.each([
    ["1801-01-01 19:49:52.32", "1801-01-01T19:49:52.32Z"],
    ["2026-01-02T03:04:05.123456Z", "2026-01-02T03:04:05.123456Z"],
    ["2026-01-02 03:04", "2026-01-02T03:04:00Z"],
    ["2026 1 2 3 4 5", "2026-01-02T03:04:05Z"],
    ["2026 01 02.5", "2026-01-02T12:00:00Z"],
    ["2026-01-02", "2026-01-02T00:00:00Z"],
  ])("reads %s as UTC", (text, expected) => expect(parseMoment(text)).toBe(expected));

  it.each(["", "yesterday", "2026-02-30 00:00", "2026-01-01 24:00", "2026-01-01 10:60", "26-01-01"])(
    "cannot read %j",
    (text) => expect(parseMoment(text)).toBeNull(),
  );

  it("shows the recorded microseconds and no zeros after them", () => {
    expect(formatMoment("1801-01-01T19:49:52.320000Z")).toBe("1801-01-01 19:49:52.32");
    expect(formatMoment("2020-03-01T22:00:00Z")).toBe("2020-03-01 22:00:00");
  });
});

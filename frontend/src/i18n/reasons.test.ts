import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { UNREACHABLE } from "@/lib/http.ts";
import { en } from "./en.ts";
import { ru } from "./ru.ts";

const proto = readFileSync("../protos/astrodist/errors/v1/errors.proto", "utf8");
const REASONS = [...proto.matchAll(/^ {2}([A-Z_]+) = [1-9]\d*;/gm)].map(([, word = ""]) => word);

/** Said between the services, or to a client that is not ours; this one never causes them. */
const NOT_FOR_PEOPLE = [
  ...["MALFORMED_BODY", "MALFORMED_REQUEST", "METHOD_NOT_ALLOWED", "UNSUPPORTED_MEDIA_TYPE", "NOT_ACCEPTABLE"],
  ...["NO_KEY", "WRONG_KEY", "WRONG_API_KEY", "COMPLETION_PENDING", "RESULT_NOT_WANTED", "FOREIGN_OBSERVATION"],
  ...["NO_SIGNATURE", "WRONG_SIGNATURE", "STALE_SIGNATURE"],
  ...["CALLBACK_NOT_ALLOWED", "REPORT_NOT_REQUESTED", "SYNC_RUNNING"],
  ...["SYNC_SUPERSEDED", "SYNC_FINISHED", "PASS_VOIDED", "PAGE_CONFLICT"],
  ...["PRECONDITION_FAILED", "IDEMPOTENCY_KEY_REUSED"],
];

describe("the words for failures", () => {
  it("exist in Russian for every reason that a person can meet", () => {
    expect(Object.keys(ru.reasons).sort()).toEqual(
      [UNREACHABLE, ...REASONS.filter((reason) => !NOT_FOR_PEOPLE.includes(reason))].sort(),
    );
  });

  it("replace the server's English only for reasons that Russian has as well", () => {
    expect(Object.keys(ru.reasons)).toEqual(expect.arrayContaining(Object.keys(en.reasons)));
  });
});

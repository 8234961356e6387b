import { QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { en } from "@/i18n/en.ts";
import { FakeServer, problem } from "@/testing/fake-server.ts";
import { samples } from "@/testing/samples.ts";
import { decide, type Decision } from "./change-api.ts";
import { refusedText, refusedTitle } from "./decision-text.ts";

const row = { ...samples.rowFormed, id: 3, status: "FORMED" as const, moderator: null };
const detail = { ...samples.detailCompleted, id: 3 };
const PRESENT = "GET /api/requests/3";
const REJECT: Decision = { kind: "reject", reason: "Too few nights." };
const RECALCULATE: Decision = { kind: "recalculate", supersedes: "00000000-0000-0000-0000-00000000000a" };

const cut = () => {
  throw new TypeError("Failed to fetch");
};
let server: FakeServer;
const ask = (decision: Decision) => decide(new QueryClient(), row, decision, "moderator");

beforeEach(() => {
  vi.unstubAllGlobals();
  server = new FakeServer();
});

describe("a decision whose answer did not arrive", () => {
  it.each([
    ["a cut connection", cut],
    ["a fault on the way", problem(502, "UNAVAILABLE", "The service behind does not answer.")],
  ])("is told as made where the row shows it, after %s", async (_, answer) => {
    server.on("PUT /api/requests/3/complete", answer);
    server.on(PRESENT, { body: { ...detail, status: "COMPLETED", moderator: "moderator" } });
    expect(await ask({ kind: "complete" })).toMatchObject({ kind: "done", by: null, row: { status: "COMPLETED" } });
  });

  it("is told as somebody else's where the row shows that", async () => {
    server.on("PUT /api/requests/3/complete", cut).on("PUT /api/requests/3/reject", cut);
    server.on(PRESENT, { body: { ...detail, status: "COMPLETED", moderator: "other" } });
    expect(await ask({ kind: "complete" })).toMatchObject({ kind: "done", by: "other" });
    const outcome = await ask(REJECT);
    if (outcome.kind !== "refused") throw new Error("not refused");
    expect(refusedText(en, outcome)).toBe("other has completed this request in the meantime. Nothing was changed.");
  });

  it("is told as not made where the row is as before", async () => {
    server
      .on("PUT /api/requests/3/reject", cut)
      .on(PRESENT, { body: { ...detail, status: "FORMED", moderator: null } });
    const outcome = await ask(REJECT);
    if (outcome.kind !== "refused") throw new Error("not refused");
    expect(refusedTitle(en, row, outcome)).toMatch(/: not changed$/);
  });

  it("is told as not known where the row cannot be read either", async () => {
    server.on("PUT /api/requests/3/complete", cut).on(PRESENT, cut);
    const outcome = await ask({ kind: "complete" });
    if (outcome.kind !== "refused") throw new Error("not refused");
    expect(refusedTitle(en, row, outcome)).toMatch(/: not known whether it changed$/);
    expect(refusedText(en, outcome)).toMatch(/^The answer did not arrive, and the server may have decided\./);
  });

  it("to recalculate is told as made only where the history names who asked", async () => {
    const by = (actor: string) => ({
      ...{ at: "2026-11-20T12:00:00Z", actor, action: "RECALCULATED", calculation_id: null, note: null },
      earlier_result: null,
    });
    server.on("POST /api/requests/3/recalculate", cut);
    server.on(PRESENT, { body: { ...detail, status: "COMPLETED", history: [by("other"), by("moderator")] } });
    expect((await ask(RECALCULATE)).kind).toBe("done");
    server.on(PRESENT, { body: { ...detail, status: "COMPLETED", history: [by("moderator"), by("other")] } });
    expect((await ask(RECALCULATE)).kind).toBe("refused");
  });

  it("is not asked about where main_api itself says that nothing changed", async () => {
    server.on("PUT /api/requests/3/complete", problem(503, "CALC_UNAVAILABLE", "Still formed."));
    expect(await ask({ kind: "complete" })).toMatchObject({ kind: "refused", present: null });
    expect(server.made(PRESENT)).toHaveLength(0);
  });
});

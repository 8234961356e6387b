import { describe, expect, it, vi } from "vitest";
import problemFields from "../../../tests/data/wire/problem_fields.json";
import { FakeServer, problem } from "@/testing/fake-server.ts";
import { ApiError, create, createFromText, getTagged, queryString, send, UNREACHABLE } from "./http.ts";

const failure = async (answer: Promise<unknown>) => {
  const error: unknown = await answer.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
};

describe("http", () => {
  it("turns main_api's problem+json into reason, words and field errors", async () => {
    new FakeServer().on("POST /api/requests", { status: 400, body: problemFields });
    const error = await failure(send("POST", "/api/requests", {}));
    expect([error.status, error.reason]).toEqual([400, "INVALID_INPUT"]);
    expect(error.message).toBe(problemFields.detail);
    expect(error.fieldErrors.map(({ path, reason }) => [path, reason])).toEqual([
      ["ra_deg", "OUT_OF_RANGE"],
      ["station", "UNKNOWN_STATION"],
    ]);
  });

  it("says that the server cannot be reached when no answer comes", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    const error = await failure(send("GET", "/api/auth/me"));
    expect([error.status, error.reason]).toEqual([0, UNREACHABLE]);
  });

  it("makes sense of a page that is no problem+json", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("<h1>Bad gateway</h1>", { status: 502 })));
    expect((await failure(send("GET", "/api/auth/me"))).reason).toBe("UNAVAILABLE");
  });

  it("hands an aborted call back as aborted, not as a failure of the server", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new DOMException("gone", "AbortError")));
    await expect(send("GET", "/api/auth/me")).rejects.toThrow(DOMException);
  });

  it("answers nothing for 204", async () => {
    new FakeServer().on("POST /api/auth/logout", { status: 204 });
    expect(await send("POST", "/api/auth/logout")).toBeUndefined();
  });

  describe("creating", () => {
    /** Answers in their order; null: the connection is cut. */
    const serve = (...answers: (Response | null)[]) => {
      const keys: (string | null)[] = [];
      vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
        keys.push(new Headers(init.headers).get("Idempotency-Key"));
        const answer = answers.shift();
        return answer ? Promise.resolve(answer) : Promise.reject(new TypeError("Failed to fetch"));
      });
      return keys;
    };
    const json = (status: number, body: object) => new Response(JSON.stringify(body), { status });

    it("is the same call to the server when it is sent again because no answer came", async () => {
      const keys = serve(null, json(502, {}), json(409, { reason: "IDEMPOTENCY_KEY_RUNNING" }), json(201, { id: 7 }));
      for (const reason of [UNREACHABLE, "UNAVAILABLE", "IDEMPOTENCY_KEY_RUNNING"]) {
        expect((await failure(create("/api/requests", { designation: "Ceres" }))).reason).toBe(reason);
      }
      expect(await create("/api/requests", { designation: "Ceres" })).toEqual({ id: 7 });
      expect(new Set(keys).size).toBe(1);
      expect(keys[0]).toMatch(/^"[0-9a-f-]{36}"$/);
    });

    it("is another call once there was an answer, or with another body", async () => {
      const keys = serve(json(201, {}), json(400, { reason: "INVALID_INPUT" }), null, json(200, {}));
      await create("/api/requests", { designation: "Ceres" });
      await failure(create("/api/requests", { designation: "Ceres" }));
      await failure(create("/api/requests", { designation: "Ceres" }));
      await createFromText("/api/requests/1/import", "a file");
      expect(new Set(keys).size).toBe(4);
    });
  });

  it("hands the very same object back when nothing changed", async () => {
    const server = new FakeServer().on("GET /api/requests", { body: { count: 1 }, etag: '"a"' });
    const first = await getTagged("/api/requests");
    const second = await getTagged("/api/requests", first);
    expect(second).toBe(first);
    expect(server.calls[1]?.headers.get("If-None-Match")).toBe('"a"');
  });

  it("takes the new body when something changed, and passes refusals on", async () => {
    const server = new FakeServer().on("GET /api/requests", { body: { count: 2 }, etag: '"b"' });
    const changed = await getTagged<{ count: number }>("/api/requests", { body: { count: 1 }, etag: '"a"' });
    expect(changed).toEqual({ body: { count: 2 }, etag: '"b"' });
    server.on("GET /api/requests", problem(401, "NOT_SIGNED_IN", "Sign in."));
    expect((await failure(getTagged("/api/requests", changed))).status).toBe(401);
  });

  it("writes queries without what is empty", () => {
    expect(queryString({ status: ["A", "B"], search: "", page: 2, creator: undefined })).toBe(
      "?status=A&status=B&page=2",
    );
    expect(queryString({ search: "" })).toBe("");
  });
});

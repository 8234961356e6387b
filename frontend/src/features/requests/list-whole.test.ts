import { describe, expect, it } from "vitest";
import { FakeServer, type Call } from "@/testing/fake-server.ts";
import { pageOf, samples } from "@/testing/samples.ts";
import { getWholeList, withChanges, type BackendFilters, type WholeList } from "./list-whole.ts";
import type { RequestRow } from "./types.ts";

const LIST = "GET /api/requests";
const NONE: BackendFilters = { status: "", formedAfter: "", formedBefore: "", search: "" };
const FORMED: BackendFilters = { ...NONE, status: "FORMED", formedAfter: "2026-11-01", search: "cer" };
const { signal } = new AbortController();

const at = (second: number) => `2026-11-20T12:00:${String(second).padStart(2, "0")}.250000Z`;
const row = (id: number, part: Partial<RequestRow> = {}): RequestRow =>
  ({ ...samples.rowFormed, id, designation: `Row ${id}`, updated_at: at(20), ...part }) as RequestRow;
const many = (count: number) => Array.from({ length: count }, (_, index) => row(count - index));
const ids = (list: WholeList) => list.rows.map(({ id }) => id);

/** The backend's manners: the newest row alone, pages of everything, and what changed. */
function serve(all: RequestRow[], changed: RequestRow[] = []) {
  const server = new FakeServer();
  const asked = { latest: [] as Call[], pages: [] as Call[], changes: [] as Call[] };
  server.on(LIST, (call) => {
    if (call.query.has("updated_after")) {
      asked.changes.push(call);
      return { body: pageOf(...changed), etag: JSON.stringify(changed.map((one) => [one.id, one.updated_at])) };
    }
    if (call.query.get("page_size") === "1") {
      asked.latest.push(call);
      return { body: pageOf(...all.slice(0, 1)) };
    }
    asked.pages.push(call);
    const start = 1_000 * (Number(call.query.get("page") ?? "1") - 1);
    return { body: { ...pageOf(), count: all.length, results: all.slice(start, start + 1_000) } };
  });
  return asked;
}

async function load(filters: BackendFilters, all: RequestRow[]): Promise<WholeList> {
  serve(all);
  return getWholeList(filters, () => undefined, signal);
}

describe("a moderator's list", () => {
  it("is loaded whole, a thousand rows at a time, with all filters", async () => {
    const asked = serve(many(2_500));
    const list = await getWholeList(FORMED, () => undefined, signal);
    expect(list.rows).toHaveLength(2_500);
    expect(asked.pages.map(({ query }) => query.get("page"))).toEqual([null, "2", "3"]);
    expect(Object.fromEntries(asked.pages[2]?.query ?? [])).toEqual({
      ...{ status: "FORMED", formed_after: "2026-11-01", search: "cer", page_size: "1000", page: "3" },
    });
  });

  it("then asks only for what changed, ten seconds back and without the status", async () => {
    const list = await load(FORMED, [row(1)]);
    const asked = serve([row(1)]);
    await getWholeList(FORMED, () => list, signal);
    expect(asked.pages).toHaveLength(0);
    expect(Object.fromEntries(asked.changes[0]?.query ?? [])).toEqual({
      ...{
        updated_after: "2026-11-20T12:00:10.250Z",
        ordering: "-updated_at",
        formed_after: "2026-11-01",
        search: "cer",
        page_size: "1000",
      },
    });
  });

  it("counts from the latest change anywhere, also in rows that its filters leave out", async () => {
    const server = new FakeServer();
    server.on(LIST, ({ query }) => ({
      body: query.get("ordering") === "-updated_at" ? pageOf(row(9, { updated_at: at(40) })) : pageOf(row(1)),
    }));
    const list = await getWholeList(FORMED, () => undefined, signal);
    expect(list.changedAt).toBe(at(40));
  });

  it("takes changed rows in, and lets those go whose status is another by now", async () => {
    const list = await load(FORMED, [row(2), row(1)]);
    serve([], [row(3, { updated_at: at(30) }), row(2, { status: "COMPLETED", updated_at: at(31) })]);
    const next = await getWholeList(FORMED, () => list, signal);
    expect(ids(next).sort()).toEqual([1, 3]);
    expect(next.changedAt).toBe(at(31));
    expect(next.rows.find(({ id }) => id === 1)).toBe(list.rows.find(({ id }) => id === 1));
  });

  it("is the very same when nothing changed, at the cost of a header", async () => {
    const first = await load(NONE, [row(1)]);
    serve([row(1)]);
    const second = await getWholeList(NONE, () => first, signal);
    expect(second.rows).toBe(first.rows);
    const asked = serve([row(1)]);
    expect(await getWholeList(NONE, () => second, signal)).toBe(second);
    expect(asked.changes[0]?.headers.get("If-None-Match")).toBe("[]");
  });

  it("keeps what was taken in while the answer was on its way", async () => {
    const list = await load(NONE, [row(1)]);
    const completed = { ...list, rows: [row(1, { status: "COMPLETED", updated_at: at(50) })] };
    let reads = 0;
    serve([], [row(1, { designation: "older", updated_at: at(25) })]);
    const next = await getWholeList(NONE, () => (reads++ === 0 ? list : completed), signal);
    expect(next.rows).toEqual(completed.rows);
  });

  it("is loaded anew after ten minutes, and always while there is nothing to count from", async () => {
    const list = await load(NONE, [row(1)]);
    const asked = serve([row(1)]);
    await getWholeList(NONE, () => list, signal, list.loadedAt + 11 * 60_000);
    const empty = await load(NONE, []);
    const askedAgain = serve([row(1)]);
    expect(ids(await getWholeList(NONE, () => empty, signal))).toEqual([1]);
    expect([asked.pages.length, asked.changes.length, askedAgain.pages.length]).toEqual([1, 0, 1]);
  });

  it("is read again when rows left between two pages", async () => {
    const all = many(1_500);
    let reads = 0;
    new FakeServer().on(LIST, ({ query }) => {
      if (query.get("page_size") === "1") return { body: pageOf(all[0]) };
      const page = Number(query.get("page") ?? "1");
      // After the first page of the first pass, a row of that page leaves, and another slips over the edge.
      const present = reads++ === 0 ? all : all.slice(1);
      return { body: { ...pageOf(), count: present.length, results: present.slice(1_000 * (page - 1), 1_000 * page) } };
    });
    expect(ids(await getWholeList(FORMED, () => undefined, signal))).toEqual(all.slice(1).map(({ id }) => id));
  });
});

describe("changes", () => {
  it("that change nothing leave the rows themselves", () => {
    const rows = [row(1), row(2)];
    expect(withChanges(rows, [{ ...row(1) }, row(9, { status: "REJECTED" })], "FORMED")).toBe(rows);
  });
});

import { act, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { FakeServer, problem } from "@/testing/fake-server.ts";
import { FakeWebSocket } from "@/testing/fake-web-socket.ts";
import { renderApp } from "@/testing/render-app.tsx";
import { pageOf, samples } from "@/testing/samples.ts";
import type { Calculation } from "./types.ts";

const LIST = "GET /v1/calculations";
const ID = "0b6c1c50-7f0e-4a52-9d11-2f6a3c1d9e01";
const STEP = (name: string) => `POST /v1/calculations/${ID}:${name}`;

const calculation = (part: Partial<Calculation> = {}): Calculation => ({
  calculation_id: ID,
  kind: "distance",
  creator: "observer",
  state: "SCHEDULED",
  create_time: "2026-11-20T12:00:00Z",
  due_time: "2026-11-20T12:00:07Z",
  progress: { fraction: 0, stage: "" },
  revision: 1,
  report: { report_id: "r", state: "PENDING", attempt_count: 0, last_error: "" },
  ...part,
});
const done = (part: Partial<Calculation> = {}) =>
  calculation({
    ...{ state: "SUCCEEDED", revision: 4 },
    ...{ start_time: "2026-11-20T12:00:07Z", finish_time: "2026-11-20T12:00:09Z" },
    report: { report_id: "r", state: "DELIVERED", attempt_count: 1, last_error: "" },
    ...part,
  });
const answer = (...calculations: Calculation[]) => ({ body: { calculations, next_page_token: "" } });
const socket = () => FakeWebSocket.opened.at(-1) as FakeWebSocket;
const rowOf = async (name: string) => {
  const row = (await screen.findByText(name)).closest("tr");
  if (!row) throw new Error(`${name} stands in no row`);
  return within(row);
};
const asModerator = () =>
  new FakeServer()
    .signIn("moderator")
    .on("GET /api/requests", { body: pageOf({ ...samples.rowCompleted, calculation_id: ID }) });

afterEach(() => void vi.useRealTimers());

describe("the page of calculations", () => {
  it("shows kind, state, waiting, run and report of each, and leads to the request", async () => {
    const server = asModerator().on(LIST, answer(done()));
    renderApp("/calculations");
    const row = await rowOf("Distance: Ceres");
    expect(row.getByRole("link")).toHaveAttribute("href", `/requests/${samples.rowCompleted.id}`);
    for (const words of ["Done", "observer", "7 s", "2 s", "Delivered", "1 attempt"]) {
      expect(row.getByText(words)).toBeVisible();
    }
    expect(server.made("GET /api/requests")[0]?.query.get("calculation_id")).toBe(ID);
  });

  it("leads from a superseded calculation to its request as well, and says what it is", async () => {
    const server = asModerator().on(LIST, answer(done({ calculation_id: "earlier" })));
    server.on("GET /api/requests", ({ query }) => ({
      body: query.get("had_calculation_id") === "earlier" ? pageOf({ ...samples.rowCompleted, id: 5 }) : pageOf(),
    }));
    renderApp("/calculations");
    const row = await rowOf("Distance: Ceres");
    expect(row.getByRole("link")).toHaveAttribute("href", "/requests/5");
    expect(row.getByText("Superseded by a newer one")).toBeVisible();
  });

  it("counts what is left up: nothing starts in no time", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-11-20T12:00:06.700Z") });
    const report = { report_id: "r", state: "PENDING", attempt_count: 1, last_error: "" } as const;
    const told = done({ calculation_id: "told", report: { ...report, next_time: "2026-11-20T12:00:07Z" } });
    asModerator().on(LIST, answer(calculation(), told));
    renderApp("/calculations");
    expect(await screen.findByText("starts in 1 s")).toBeVisible();
    expect(screen.getByText("1 attempt, next in 1 s")).toBeVisible();
  });

  it("shows why a report was not taken, and marks the row", async () => {
    const report = { report_id: "r", state: "GIVEN_UP", attempt_count: 9, last_error: "HTTP 503" } as const;
    asModerator().on(LIST, answer(done({ report })));
    renderApp("/calculations");
    const error = await screen.findByText("HTTP 503");
    expect(error).toBeVisible();
    expect(error.closest("tr")).toHaveAttribute("data-tone", "warning");
  });

  it("is not for observers", async () => {
    const server = new FakeServer().signIn("observer");
    renderApp("/calculations");
    expect(await screen.findByRole("heading", { level: 1, name: "This page is for moderators" })).toBeVisible();
    expect(screen.queryByRole("link", { name: "Calculations" })).not.toBeInTheDocument();
    expect(server.made(LIST)).toHaveLength(0);
  });

  it("asks for kind and state, watches the same and keeps both in the address", async () => {
    const server = asModerator().on(LIST, answer(done()));
    const user = renderApp("/calculations?kind=distance");
    await rowOf("Distance: Ceres");
    await user.selectOptions(screen.getByLabelText("State"), "RUNNING");
    await waitFor(() => expect(server.made(LIST).at(-1)?.query.get("state")).toBe("RUNNING"));
    expect(server.made(LIST).at(-1)?.query.get("kind")).toBe("distance");
    expect(socket().url).toContain("/v1/calculations:watch?kind=distance&state=RUNNING");
    expect(window.location.search).toBe("?kind=distance&state=RUNNING");
  });

  it("lets a row go that leaves the state asked for", async () => {
    asModerator().on(LIST, answer(calculation({ state: "RUNNING", revision: 2 })));
    renderApp("/calculations?state=RUNNING");
    await rowOf("Distance: Ceres");
    act(() => socket().send({ calculation: done() }));
    expect(await screen.findByText("No calculation matches")).toBeVisible();
  });

  it("fetches older calculations when asked", async () => {
    const older = calculation({ calculation_id: "older", kind: "pi", pi: { digit_position: 7 } });
    asModerator().on(LIST, ({ query }) =>
      query.get("page_token") === "next"
        ? answer(older)
        : { body: { calculations: [done()], next_page_token: "next" } },
    );
    const user = renderApp("/calculations");
    await user.click(await screen.findByRole("button", { name: "Show older" }));
    expect(await screen.findByRole("link", { name: "Digit 7" })).toHaveAttribute("href", "/pi/older");
  });
});

describe("a moderator's step", () => {
  it("cancels after asking, and says so", async () => {
    const server = asModerator().on(LIST, answer(calculation()));
    const cancelled = calculation({ state: "CANCELLED", revision: 2 });
    server.on(STEP("cancel"), { body: cancelled });
    const user = renderApp("/calculations");
    await user.click((await rowOf("Distance: Ceres")).getByRole("button", { name: "Cancel" }));
    await user.click(await screen.findByRole("button", { name: "Cancel the calculation" }));
    expect(await screen.findByText("Distance: Ceres: cancelled.")).toBeVisible();
    expect((await rowOf("Distance: Ceres")).getByText("Cancelled")).toBeVisible();
    expect(server.made(STEP("cancel"))).toHaveLength(1);
  });

  it("sends a report again", async () => {
    const server = asModerator().on(LIST, answer(done()));
    server.on(STEP("resendReport"), { body: done({ revision: 5 }) });
    const user = renderApp("/calculations");
    await user.click((await rowOf("Distance: Ceres")).getByRole("button", { name: "Send again" }));
    expect(await screen.findByText("Distance: Ceres: the report is sent again.")).toBeVisible();
  });

  it("says why it was refused", async () => {
    const server = asModerator().on(LIST, answer(done()));
    server.on(STEP("resendReport"), problem(409, "REPORT_NOT_REQUESTED", "Nobody asked for a report."));
    const user = renderApp("/calculations");
    await user.click((await rowOf("Distance: Ceres")).getByRole("button", { name: "Send again" }));
    expect(await screen.findByText("Nobody asked for a report.")).toBeVisible();
  });
});

import { act, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { FakeEventSource } from "@/testing/fake-event-source.ts";
import { FakeServer, problem } from "@/testing/fake-server.ts";
import { renderApp } from "@/testing/render-app.tsx";
import { samples } from "@/testing/samples.ts";

const { detailCompleted } = samples;
const PAGE = `/requests/${detailCompleted.id}`;
const DETAIL = `GET /api${PAGE}`;
/** As long as the page waits for a cut line to come back, and between two questions. */
const LINE_PATIENCE_MS = 5_000;
const POLL_MS = 2_000;
const running = { ...detailCompleted, ...samples.rowCompleted, orbit: null, verdict: null, alternatives: [] };

describe("a completed request", () => {
  it("says the verdict in words and every distance with its uncertainty", async () => {
    new FakeServer().signIn("observer").on(DETAIL, { body: detailCompleted });
    renderApp(PAGE);
    expect(await screen.findByText(detailCompleted.verdict_reason)).toBeVisible();
    expect(screen.getByText("Every distance is known to 1 % or better.")).toBeVisible();
    const table = within(screen.getByRole("table", { name: "Observations" }));
    const row = within(table.getAllByRole("row")[1] as HTMLElement);
    const cells = row.getAllByRole("cell").map((cell) => cell.textContent);
    expect(cells).toContainEqual(expect.stringContaining("2.250 ± 0.011"));
    expect(cells).toContainEqual(expect.stringContaining("2.228 … 2.272"));
    expect(cells).toContainEqual(expect.stringContaining("03 38 00.000"));
    expect(screen.getByText("Other solutions that fit")).toBeVisible();
  });

  it("says why in Russian as well, by the word that the service gives", async () => {
    localStorage.setItem("astrodist-language", "ru");
    new FakeServer().signIn("observer").on(DETAIL, { body: detailCompleted });
    renderApp(PAGE);
    expect(await screen.findByText(/^Расстояние известно с точностью 0,50 %: 3,0 сут, 4 ночи/)).toBeVisible();
    expect(screen.queryByText(detailCompleted.verdict_reason)).not.toBeInTheDocument();
  });

  it("keeps the service's own words for a reason that is not known here", async () => {
    localStorage.setItem("astrodist-language", "ru");
    const grounds = { ...detailCompleted.verdict_grounds, cause: "SOMETHING_NEW" };
    new FakeServer().signIn("observer").on(DETAIL, { body: { ...detailCompleted, verdict_grounds: grounds } });
    renderApp(PAGE);
    expect(await screen.findByText(detailCompleted.verdict_reason)).toBeVisible();
  });

  it("puts the other solution first where two orbits fit", async () => {
    const grounds = { ...detailCompleted.verdict_grounds, cause: "TWO_ORBITS" };
    new FakeServer().signIn("observer").on(DETAIL, { body: { ...detailCompleted, verdict_grounds: grounds } });
    renderApp(PAGE);
    const other = await screen.findByRole("heading", { name: "Other solutions that fit" });
    const why = screen.getByRole("heading", { name: "Why this distance" });
    expect(other.compareDocumentPosition(why)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
  });

  it("tells which nights fix the distance, and what is known of orbits in general", async () => {
    const shares = [0.5, 0.2, 0.1, 0];
    const observations = detailCompleted.observations.map((row, index) => ({
      ...row,
      information_share: shares[index],
    }));
    new FakeServer().signIn("observer").on(DETAIL, { body: { ...detailCompleted, observations } });
    renderApp(PAGE);
    expect(await screen.findByText("1 of 3 nights brings 50 % of what fixes the distance.")).toBeVisible();
    const bars = within(screen.getByRole("list", { name: "Share of each night in what fixes the distance" }));
    expect(bars.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
      "2020-03-0150 %1 observation",
      "2020-03-0220 %1 observation",
      "2020-03-0310 %1 observation",
    ]);
    expect(screen.getByText("What orbits are usual brings 20 %.")).toBeVisible();
    expect(screen.getByRole("img", { name: /lines of sight, seen from the north/ })).toBeVisible();
  });

  it("says so where it is known orbits rather than the positions that fix the distance", async () => {
    const observations = detailCompleted.observations.map((row) => ({ ...row, information_share: 0.001 }));
    new FakeServer().signIn("observer").on(DETAIL, { body: { ...detailCompleted, observations } });
    renderApp(PAGE);
    const said = "What orbits are usual brings > 99 % of what fixes the distance, the positions only the rest.";
    expect(await screen.findByText(said)).toBeVisible();
    expect(screen.queryByText(/nights? brings?/)).toBeNull();
  });

  it("changes units and angles as asked", async () => {
    new FakeServer().signIn("observer").on(DETAIL, { body: detailCompleted });
    const user = renderApp(PAGE);
    await user.click(await screen.findByRole("radio", { name: "km" }));
    await user.click(screen.getByRole("radio", { name: "Degrees" }));
    expect(screen.getByRole("columnheader", { name: "Distance ± 1σ, km" })).toBeVisible();
    expect(screen.getAllByText("54.500000°").length).toBeGreaterThan(0);
  });

  it("draws the key of the interval as an area and that of the distance as a line", async () => {
    new FakeServer().signIn("observer").on(DETAIL, { body: detailCompleted });
    renderApp(PAGE);
    const chart = await screen.findByRole("figure", { name: "Distance over time with its 95 % interval" });
    const key = (name: string) => within(chart).getByText(name).closest("li")?.querySelector("path");
    await within(chart).findByText("Distance, au");
    expect(key("95 % interval")).toHaveAttribute("d", "M0,4h32v24h-32z");
    expect(key("Distance, au")).not.toHaveAttribute("d", "M0,4h32v24h-32z");
  });

  it("marks an outlier", async () => {
    const observations = detailCompleted.observations.map((row, index) => ({ ...row, used: index !== 1 }));
    new FakeServer().signIn("observer").on(DETAIL, { body: { ...detailCompleted, observations } });
    renderApp(PAGE);
    const row = (await screen.findByText("Outlier")).closest("tr");
    expect(row).toBe(within(screen.getByRole("table", { name: "Observations" })).getAllByRole("row")[2]);
  });

  it("sends the calculation that is to be replaced when recalculating", async () => {
    const call = `POST /api${PAGE}/recalculate`;
    const server = new FakeServer().signIn("moderator").on(DETAIL, { body: detailCompleted });
    server.on(call, problem(409, "ILLEGAL_TRANSITION", "Another calculation is present already."));
    const user = renderApp(PAGE);
    await user.click(await screen.findByRole("button", { name: "Recalculate" }));
    expect(await screen.findByText("Another calculation is present already.")).toBeVisible();
    expect(server.made(call)[0]?.body).toEqual({ supersedes: detailCompleted.calculation_id });
  });

  it("shows why a calculation failed", async () => {
    const error = { reason: "WORKER_CRASHED", message: "The worker died" };
    const body = { ...running, calculation_state: "FAILED", error };
    new FakeServer().signIn("observer").on(DETAIL, { body });
    renderApp(PAGE);
    expect(
      await screen.findByText("The worker died. The observations are kept. A moderator can calculate again."),
    ).toBeVisible();
  });

  it("tells the creator why a request was rejected", async () => {
    const entry = { at: "2026-11-20T12:00:09Z", actor: "moderator", action: "REJECTED", note: "Wrong station." };
    const body = { ...running, status: "REJECTED", calculation_state: null, history: [entry] };
    new FakeServer().signIn("observer").on(DETAIL, { body });
    renderApp(PAGE);
    expect((await screen.findAllByText("Wrong station."))[0]).toBeVisible();
  });

  it("says that a replaced result is kept, with its verdict and when it was recorded", async () => {
    const replaced = {
      ...{ at: "2026-11-21T08:30:00Z", actor: null, action: "RESULT_REPLACED", note: null },
      earlier_result: { verdict: "WEAK" },
    };
    const body = { ...detailCompleted, history: [...detailCompleted.history, replaced] };
    new FakeServer().signIn("observer").on(DETAIL, { body });
    renderApp(PAGE);
    expect(await screen.findByText("The earlier result is kept: weak, 20 Nov 2026, 12:00 UTC.")).toBeVisible();
  });

  it("does not exist for who may not know of it", async () => {
    new FakeServer().signIn("observer");
    renderApp("/requests/99");
    expect(await screen.findByText("No such request")).toBeVisible();
  });
});

describe("a running calculation", () => {
  const snapshot = (revision: number, state: string, more: object = {}) => ({
    calculation_id: running.calculation_id,
    revision,
    state,
    ...more,
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const line = () => FakeEventSource.opened.findLast((source) => source.readyState !== FakeEventSource.CLOSED);

  it("shows stage and progress as they come and asks for the row at the end", async () => {
    const server = new FakeServer().signIn("observer").on(DETAIL, { body: running });
    renderApp(PAGE);
    expect(await screen.findByText("Connecting…")).toBeVisible();
    expect(line()?.url).toBe(`/v1/calculations/${running.calculation_id}:watch`);
    act(() => {
      line()?.open();
      line()?.send(snapshot(3, "RUNNING", { progress: { fraction: 0.42, stage: "fitting ranges" } }));
    });
    expect(await screen.findByText("Calculating · fitting ranges · 42 %")).toBeVisible();
    expect(screen.getByText("Live")).toBeVisible();

    server.on(DETAIL, { body: detailCompleted });
    act(() => line()?.send(snapshot(4, "SUCCEEDED")));
    expect(await screen.findByText("Every distance is known to 1 % or better.")).toBeVisible();
    expect(line()).toBeUndefined();
  });

  it("asks for the calculation when the line is refused, and says so", async () => {
    const get = `GET /v1/calculations/${running.calculation_id}`;
    const body = snapshot(3, "RUNNING", { progress: { fraction: 0.5, stage: "ranking" } });
    const server = new FakeServer().signIn("observer").on(DETAIL, { body: running }).on(get, { body });
    renderApp(PAGE);
    await screen.findByText("Connecting…");
    act(() => line()?.refuse());
    expect(await screen.findByText(/The live line is cut/)).toBeVisible();
    expect(await screen.findByText("Calculating · ranking · 50 %")).toBeVisible();
    await waitFor(() => expect(server.made(get).length).toBeGreaterThan(0));
  });

  it("carries on by asking when the line is cut in the middle, says so, and shows the result", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const get = `GET /v1/calculations/${running.calculation_id}`;
    const later = snapshot(4, "RUNNING", { progress: { fraction: 0.61, stage: "ranking" } });
    const server = new FakeServer().signIn("observer").on(DETAIL, { body: running }).on(get, { body: later });
    renderApp(PAGE);
    await screen.findByText("Connecting…");
    act(() => {
      line()?.open();
      line()?.send(snapshot(3, "RUNNING", { progress: { fraction: 0.42, stage: "fitting ranges" } }));
    });
    expect(await screen.findByText("Calculating · fitting ranges · 42 %")).toBeVisible();
    expect(server.made(get)).toHaveLength(0);

    act(() => line()?.cut());
    act(() => void vi.advanceTimersByTime(LINE_PATIENCE_MS));
    expect(screen.getByText(/The live line is cut/)).toBeVisible();
    expect(screen.queryByText("Live")).not.toBeInTheDocument();
    expect(await screen.findByText("Calculating · ranking · 61 %")).toBeVisible();

    server.on(get, { body: snapshot(5, "SUCCEEDED") }).on(DETAIL, { body: detailCompleted });
    act(() => void vi.advanceTimersByTime(POLL_MS));
    expect(await screen.findByText("Every distance is known to 1 % or better.")).toBeVisible();
    expect(screen.queryByText(/The live line is cut/)).not.toBeInTheDocument();
    expect(line()).toBeUndefined();
  });
});

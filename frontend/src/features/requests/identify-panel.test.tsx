import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { FakeEventSource } from "@/testing/fake-event-source.ts";
import { FakeServer, problem } from "@/testing/fake-server.ts";
import { renderApp } from "@/testing/render-app.tsx";
import { samples } from "@/testing/samples.ts";

const { detailCompleted } = samples;
const PAGE = `/requests/${detailCompleted.id}`;
const CREATE = "POST /v1/calculations";
const done = samples.identification;
const ID = done.calculation_id;
const { identification_result: result } = done;
const running = { calculation_id: ID, state: "RUNNING", revision: 2, progress: { fraction: 0.5, stage: "" } };

const serve = (role: "observer" | "moderator" = "moderator", request: unknown = detailCompleted) =>
  new FakeServer()
    .signIn(role)
    .on(`GET /api${PAGE}`, { body: request })
    .on(`GET /api${PAGE}/prediction`, { body: samples.prediction })
    .on(CREATE, { body: running });

const sent = (server: FakeServer) =>
  server.made(CREATE)[0]?.body as { calculation_id: string; identification: { observations: unknown[] } };

async function tell(snapshot: unknown) {
  const url = `/v1/calculations/${ID}:watch`;
  await waitFor(() => expect(FakeEventSource.opened.at(-1)?.url).toBe(url));
  act(() => {
    FakeEventSource.opened.at(-1)?.open();
    FakeEventSource.opened.at(-1)?.send(snapshot);
  });
}

describe("which one is it", () => {
  it("compares the request's observations with the catalogue and names what fits", async () => {
    const server = serve();
    const user = renderApp(PAGE);
    await user.click(await screen.findByRole("button", { name: "Find it in the catalogue" }));
    expect(sent(server).identification.observations).toHaveLength(detailCompleted.observations.length);
    await tell(running);
    expect(screen.getByRole("progressbar", { name: "Comparing with the catalogue" })).toHaveAttribute(
      "aria-valuenow",
      "50",
    );
    await tell(done);
    const said = await screen.findByText("2 asteroids fit of 1,500,000 compared, the closest first");
    expect(said).toHaveAttribute("role", "status");
    const [, eros, unnumbered] = within(screen.getByRole("table", { name: "Asteroids that fit" })).getAllByRole("row");
    const values = (row: HTMLElement | undefined) =>
      within(row as HTMLElement)
        .getAllByRole("cell")
        .map((cell) => cell.textContent);
    expect(values(eros)).toEqual(["433 Eros", "0.3″", "0.7″", "2 of 2", "0.011", "10.4", "3,541"]);
    expect(values(unnumbered)).toEqual(["2010 AB12", "10.7′", "30.2′", "1 of 2", "—", "—", "3,541"]);
    expect(within(eros as HTMLElement).getByRole("link")).toHaveAttribute("href", "/asteroids/20000433");
    expect(screen.getByText(/only the brightest were followed, 1 not/)).toBeVisible();
  });

  it("sends everything that was measured, and nothing that was computed", async () => {
    const [row] = samples.identificationInput.identification.observations;
    const request = { ...detailCompleted, observations: [{ ...detailCompleted.observations[0], ...row }] };
    const server = serve("moderator", request);
    const user = renderApp(PAGE);
    await user.click(await screen.findByRole("button", { name: "Find it in the catalogue" }));
    const body = sent(server);
    expect(body).toEqual({ ...samples.identificationInput, calculation_id: body.calculation_id });
  });

  it("leaves out what is not known", async () => {
    const server = serve();
    const user = renderApp(PAGE);
    await user.click(await screen.findByRole("button", { name: "Find it in the catalogue" }));
    const { id, observed_at, ra_deg, dec_deg, station } = detailCompleted.observations[1] ?? {};
    expect(sent(server).identification.observations[1]).toEqual({ id, observed_at, ra_deg, dec_deg, station });
  });

  it("says of a single asteroid not that it is the closest", async () => {
    serve();
    renderApp(`${PAGE}?identification=${ID}`);
    const one = { ...result, candidates: result.candidates.slice(0, 1), candidate_count: 1 };
    await tell({ ...done, identification_result: one });
    expect(await screen.findByText("1 asteroid fits of 1,500,000 compared")).toBeVisible();
  });

  it("is shown again after a reload", async () => {
    const server = serve();
    renderApp(`${PAGE}?identification=${ID}`);
    await screen.findByRole("button", { name: "Compare again" });
    await tell(done);
    expect(await screen.findByRole("link", { name: "433 Eros" })).toBeVisible();
    expect(server.made(CREATE)).toHaveLength(0);
  });

  it("says in words that nothing fits", async () => {
    serve();
    renderApp(`${PAGE}?identification=${ID}`);
    await tell({ ...done, identification_result: { ...result, candidates: [], candidate_count: 0 } });
    expect(await screen.findByText("No known asteroid fits")).toBeVisible();
    expect(screen.getByText(/1,500,000 orbits were compared/)).toBeVisible();
  });

  it("says why the comparison failed", async () => {
    serve();
    renderApp(`${PAGE}?identification=${ID}`);
    const error = { reason: "CATALOGUE_EMPTY", message: "The catalogue is empty: synchronise it first." };
    await tell({ ...running, state: "FAILED", revision: 4, error });
    expect(await screen.findByText("The catalogue is empty: synchronise it first.")).toBeVisible();
  });

  it("says why it could not be started", async () => {
    serve().on(CREATE, problem(503, "QUEUE_FULL", "Too many calculations wait."));
    const user = renderApp(PAGE);
    await user.click(await screen.findByRole("button", { name: "Find it in the catalogue" }));
    expect(await screen.findByText("Too many calculations wait.")).toBeVisible();
  });

  it("is for moderators", async () => {
    serve("observer");
    renderApp(PAGE);
    await screen.findByRole("table", { name: "Observations" });
    expect(screen.queryByText("Which one is it?")).not.toBeInTheDocument();
  });
});

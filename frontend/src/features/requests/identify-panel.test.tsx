import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { FakeEventSource } from "@/testing/fake-event-source.ts";
import { FakeServer, problem } from "@/testing/fake-server.ts";
import { renderApp } from "@/testing/render-app.tsx";
import { samples } from "@/testing/samples.ts";

const { detailCompleted } = samples;
const PAGE = `/requests/${detailCompleted.id}`;
const CREATE = "POST /v1/calculations";
const ID = "00000000-0000-4000-8000-0000000000aa";
const running = { calculation_id: ID, state: "RUNNING", revision: 2, progress: { fraction: 0.5, stage: "" } };
const candidate = {
  spkid: 20000001,
  designation: "1",
  number: 1,
  name: "Ceres",
  separation_arcsec: 3.2,
  largest_separation_arcsec: 5.1,
  matching_count: 4,
  motion_difference_arcsec_per_min: 0.002,
  days_from_epoch: 81_789,
  h_magnitude: 3.34,
};
const result = {
  candidates: [candidate],
  candidate_count: 1,
  object_count: 1_500_000,
  compared_observation_count: 4,
  note: "",
};
const done = { ...running, state: "SUCCEEDED", revision: 3, identification_result: result };

const serve = (role: "observer" | "moderator" = "moderator") =>
  new FakeServer()
    .signIn(role)
    .on(`GET /api${PAGE}`, { body: detailCompleted })
    .on(`GET /api${PAGE}/prediction`, { body: samples.prediction })
    .on(CREATE, { body: running });

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
    const body = server.made(CREATE)[0]?.body as { identification: { observations: Record<string, unknown>[] } };
    const [observation] = detailCompleted.observations;
    expect(body.identification.observations).toHaveLength(detailCompleted.observations.length);
    expect(body.identification.observations[0]).toMatchObject({ id: observation?.id, ra_deg: observation?.ra_deg });
    expect(body.identification.observations[0]).not.toHaveProperty("distance_au");
    await tell(running);
    expect(screen.getByRole("progressbar", { name: "Comparing with the catalogue" })).toHaveAttribute(
      "aria-valuenow",
      "50",
    );
    await tell(done);
    expect(await screen.findByText("1 asteroid fits of 1,500,000 compared, the closest first")).toBeVisible();
    const table = within(screen.getByRole("table", { name: "Asteroids that fit" }));
    expect(table.getByRole("link", { name: "1 Ceres" })).toHaveAttribute("href", "/asteroids/20000001");
    expect(table.getByText("3.2″")).toBeVisible();
    expect(table.getByText("4 of 4")).toBeVisible();
  });

  it("is shown again after a reload", async () => {
    const server = serve();
    renderApp(`${PAGE}?identification=${ID}`);
    await screen.findByRole("button", { name: "Compare again" });
    await tell(done);
    expect(await screen.findByRole("link", { name: "1 Ceres" })).toBeVisible();
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

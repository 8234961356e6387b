import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { FakeEventSource } from "@/testing/fake-event-source.ts";
import { FakeServer, problem } from "@/testing/fake-server.ts";
import { renderApp } from "@/testing/render-app.tsx";
import { samples } from "@/testing/samples.ts";

const START = "POST /api/asteroids/sync";
const ID = samples.sync.calculation_id;
const ONE = `/v1/calculations/${ID}`;
const counts = {
  object_count: 1913,
  page_count: 96,
  done_page_count: 40,
  added_count: 700,
  updated_count: 60,
  unchanged_count: 40,
  deleted_count: 0,
  objects_per_second: 512.4,
  pass_number: 1,
};
const running = {
  calculation_id: ID,
  state: "RUNNING",
  revision: 5,
  progress: { fraction: 0.42, stage: "storing pages", catalogue_sync: counts },
};
const done = {
  ...running,
  state: "SUCCEEDED",
  revision: 9,
  finish_time: "2026-11-20T12:00:00Z",
  catalogue_sync_result: { counts: { ...counts, done_page_count: 96, deleted_count: 3 }, duration_s: 3.2, warning: "" },
};
const withWarning = (warning: string) => ({
  ...done,
  catalogue_sync_result: { ...done.catalogue_sync_result, warning },
});

function serve(...runs: unknown[]) {
  const server = new FakeServer().signIn("moderator").on("GET /api/asteroids", { body: samples.asteroidList });
  return server.on("GET /v1/calculations", { body: { calculations: runs, next_page_token: "" } });
}

const line = async () => {
  await waitFor(() => expect(FakeEventSource.opened.some(({ url }) => url === `${ONE}:watch`)).toBe(true));
  return FakeEventSource.opened.at(-1) as FakeEventSource;
};
const tell = async (snapshot: unknown) => {
  const source = await line();
  act(() => {
    source.open();
    source.send(snapshot);
  });
};
/** Notifications are alerts as well, and one may outlive its test. */
const alertOfPanel = async () =>
  within(await screen.findByRole("region", { name: "Synchronisation" })).findByRole("alert");
const fact = (name: string) => screen.getByText(name).nextElementSibling;

describe("the synchronisation", () => {
  it("is started with a button and shows every count as it goes", async () => {
    const server = serve().on(START, { status: 202, body: samples.sync });
    const user = renderApp("/asteroids");
    await user.click(await screen.findByRole("button", { name: "Synchronise" }));
    expect(server.made(START)[0]?.body).toEqual({ allow_shrink: false });
    await tell(running);
    const panel = within(screen.getByRole("region", { name: "Synchronisation" }));
    expect(panel.getByText("Storing pages")).toBeVisible();
    expect(panel.getByText("1,913 objects on 96 pages")).toBeVisible();
    expect(panel.getByRole("progressbar")).toHaveAttribute("aria-valuenow", "42");
    expect(
      [fact("Pages"), fact("Added"), fact("Unchanged"), fact("Objects per second")].map((dd) => dd?.textContent),
    ).toEqual(["40 of 96", "700", "40", "512"]);
    expect(panel.queryByRole("button", { name: "Synchronise" })).not.toBeInTheDocument();
  });

  it("reads the catalogue anew when it is done, and says how long it took", async () => {
    const server = serve(running);
    renderApp("/asteroids");
    await tell(running);
    const before = server.made("GET /api/asteroids").length;
    await tell(done);
    expect(await screen.findByText(/The catalogue is up to date/)).toBeVisible();
    expect([fact("Seconds"), fact("Deleted"), fact("Objects per second")].map((dd) => dd?.textContent)).toEqual([
      "3.2",
      "3",
      "250",
    ]);
    await waitFor(() => expect(server.made("GET /api/asteroids").length).toBeGreaterThan(before));
    expect(screen.getByRole("button", { name: "Synchronise" })).toBeVisible();
  });

  it("reads the list anew ten times while it grows, not at every page", async () => {
    const server = serve(running);
    renderApp("/asteroids");
    const list = () => server.made("GET /api/asteroids").length;
    await tell({ ...running, revision: 3, progress: { ...running.progress, fraction: 0.01 } });
    await screen.findByRole("table");
    const before = list();
    for (const fraction of [0.42, 0.44, 0.47]) {
      await tell({ ...running, revision: Math.round(100 * fraction), progress: { ...running.progress, fraction } });
      await waitFor(() => expect(list()).toBe(before + 1));
    }
  });

  it("lets a second starter join the run of the first", async () => {
    serve().on(START, { status: 202, body: samples.syncJoined });
    const user = renderApp("/asteroids");
    await user.click(await screen.findByRole("button", { name: "Synchronise" }));
    const notice = await screen.findByText("A synchronisation runs already; this is it.");
    expect(notice).toBeVisible();
    const said = within(notice.closest('[role="alert"]') as HTMLElement);
    expect(said.getByRole("button", { name: "Close" })).toBeVisible();
    await tell(running);
    expect(screen.getByText("Storing pages")).toBeVisible();
  });

  it("is cancelled", async () => {
    const cancel = `POST ${ONE}:cancel`;
    const server = serve(running).on(cancel, { body: { ...running, state: "CANCELLED", revision: 6 } });
    const user = renderApp("/asteroids");
    await tell(running);
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    expect(await screen.findByText(/Cancelled: nothing was deleted/)).toBeVisible();
    expect(server.made(cancel)).toHaveLength(1);
  });

  it("does not promise that nothing was deleted when it was cancelled at its very end", async () => {
    const all = { ...running.progress.catalogue_sync, done_page_count: running.progress.catalogue_sync.page_count };
    const progress = { ...running.progress, stage: "finishing", catalogue_sync: all };
    serve(running);
    renderApp("/asteroids");
    await tell({ ...running, state: "CANCELLED", revision: 6, progress });
    expect(await screen.findByText(/Cancelled at its very end: .* may be deleted already/)).toBeVisible();
    expect(screen.queryByText(/nothing was deleted/)).not.toBeInTheDocument();
  });

  it("asks instead when the line is refused", async () => {
    serve(running).on(`GET ${ONE}`, { body: running });
    renderApp("/asteroids");
    const source = await line();
    act(() => source.refuse());
    expect(await screen.findByText("1,913 objects on 96 pages")).toBeVisible();
    expect(screen.getByText(/The live line is cut/)).toBeVisible();
  });

  it("deletes from a source that shrank only after it was asked to in so many words", async () => {
    const server = serve(done).on(START, { status: 202, body: samples.sync });
    const user = renderApp("/asteroids");
    await tell(withWarning("SHRINKS: the source has 5 objects and the catalogue had 10."));
    expect(await alertOfPanel()).toHaveTextContent("more than 10 % fewer objects");
    await user.click(screen.getByRole("button", { name: "Allow it to shrink" }));
    const dialog = within(await screen.findByRole("dialog", { name: "Let the catalogue shrink?" }));
    expect(server.made(START)).toHaveLength(0);
    await user.click(dialog.getByRole("button", { name: "Allow it to shrink" }));
    await waitFor(() => expect(server.made(START)[0]?.body).toEqual({ allow_shrink: true }));
  });

  it("does not offer to shrink when the source changed while it was read", async () => {
    serve(done);
    renderApp("/asteroids");
    await tell(withWarning("SOURCE_CHANGED: it kept changing while it was read; 1 objects came twice."));
    expect(await alertOfPanel()).toHaveTextContent("kept changing, also in a second reading, so nothing was deleted.");
    expect(screen.queryByRole("button", { name: "Allow it to shrink" })).not.toBeInTheDocument();
  });

  it("says in words why it failed and what became of the data", async () => {
    serve(running);
    renderApp("/asteroids");
    const error = { reason: "SOURCE_UNREADABLE", message: "Page 7 is HTML." };
    await tell({ ...running, state: "FAILED", revision: 8, error });
    const alert = await alertOfPanel();
    expect(alert).toHaveTextContent("Page 7 is HTML.");
    expect(alert).toHaveTextContent("Nothing was deleted");
  });

  it("says of a fault that is no page's what it is, once", async () => {
    localStorage.setItem("astrodist-language", "ru");
    serve(running);
    renderApp("/asteroids");
    const error = { reason: "WORKER_CRASHED", message: "The worker process died while computing, twice." };
    await tell({ ...running, state: "FAILED", revision: 8, error });
    const alert = await within(await screen.findByRole("region", { name: "Синхронизация" })).findByRole("alert");
    expect(alert).toHaveTextContent("Вычислительный процесс аварийно завершился.");
    expect(alert).not.toHaveTextContent("died");
  });

  it("says how it goes in one place, by quarters", async () => {
    serve(running);
    renderApp("/asteroids");
    await tell(running);
    const panel = within(screen.getByRole("region", { name: "Synchronisation" }));
    const said = panel.getByText("Storing pages");
    expect(panel.getAllByRole("status").map((part) => part.textContent)).toEqual(["Storing pages", "25 %"]);
    await tell(done);
    await waitFor(() => expect(said).toHaveTextContent("The catalogue is up to date"));
    expect(said).toBeInTheDocument();
  });

  it("says why it could not be started", async () => {
    serve().on(START, problem(503, "CALC_UNAVAILABLE", "The calculation service is away."));
    const user = renderApp("/asteroids");
    await user.click(await screen.findByRole("button", { name: "Synchronise" }));
    expect(await screen.findByText("The calculation service is away.")).toBeVisible();
  });
});

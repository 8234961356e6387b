import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { FakeServer, problem } from "@/testing/fake-server.ts";
import { renderApp } from "@/testing/render-app.tsx";
import { pageOf, samples } from "@/testing/samples.ts";

const LIST = "GET /api/requests";
const { rowFormed, rowCompleted } = samples;
const byOther = { ...rowFormed, id: 7, designation: "Vesta", creator: "maria" };

const rowOf = async (name: string) => {
  const link = await screen.findByRole("link", { name });
  const row = link.closest("tr");
  if (!row) throw new Error(`${name} stands in no row`);
  return within(row);
};

describe("the list", () => {
  it("shows status, results and calculation of each row", async () => {
    new FakeServer().signIn("observer").on(LIST, { body: pageOf(rowCompleted) });
    renderApp("/requests");
    const row = await rowOf("Ceres");
    expect(row.getByText("Completed")).toBeVisible();
    expect(row.getByText("0 of 4")).toBeVisible();
    expect(row.getByText("Waiting to start")).toBeVisible();
  });

  it("tells an observer without requests how to begin", async () => {
    new FakeServer().signIn("observer").on(LIST, { body: pageOf() });
    renderApp("/requests");
    expect(await screen.findByText("No requests yet")).toBeVisible();
    expect(screen.getByRole("link", { name: "New request" })).toBeVisible();
  });

  it("offers another try when the server cannot answer", async () => {
    const server = new FakeServer().signIn("observer").on(LIST, problem(403, "FORBIDDEN", "Not yours."));
    const user = renderApp("/requests");
    expect(await screen.findByRole("alert")).toHaveTextContent("Not yours.");
    server.on(LIST, { body: pageOf(rowFormed) });
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("link", { name: "Ceres" })).toBeVisible();
  });

  it("tells no age of rows that have not come: those shown meanwhile are of other filters", async () => {
    new FakeServer().signIn("moderator").on(LIST, { body: pageOf(rowFormed) });
    const user = renderApp("/requests");
    await rowOf("Ceres");
    const age = screen.getByRole("button", { name: /Refresh now/ });
    expect(age).toHaveTextContent("Up to date");
    vi.stubGlobal("fetch", () => new Promise(() => undefined));
    await user.selectOptions(screen.getByLabelText("Status"), "FORMED");
    await waitFor(() => expect(age).toHaveTextContent("Loading…"));
  });

  it("asks the backend for status and days and keeps them in the address", async () => {
    const server = new FakeServer().signIn("moderator").on(LIST, { body: pageOf(rowFormed) });
    const user = renderApp("/requests?from=2026-01-01&to=2026-01-31");
    await rowOf("Ceres");
    await user.selectOptions(screen.getByLabelText("Status"), "FORMED");
    await waitFor(() => expect(server.made(LIST).at(-1)?.query.get("status")).toBe("FORMED"));
    const { query } = server.made(LIST).at(-1) ?? { query: new URLSearchParams() };
    expect([query.get("formed_after"), query.get("formed_before")]).toEqual(["2026-01-01", "2026-01-31"]);
    expect(window.location.search).toBe("?status=FORMED&from=2026-01-01&to=2026-01-31");
  });

  it("filters by creator without asking the backend for it", async () => {
    const server = new FakeServer().signIn("moderator").on(LIST, { body: pageOf(rowFormed, byOther) });
    const user = renderApp("/requests");
    await rowOf("Vesta");
    await user.selectOptions(screen.getByLabelText("Creator"), "maria");
    expect(screen.queryByRole("link", { name: "Ceres" })).not.toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Vesta" })).toBeVisible();
    expect(server.made(LIST).every((call) => !call.query.has("creator"))).toBe(true);
    expect(window.location.search).toBe("?creator=maria");
  });

  it("asks with the tag of what it knows when refreshed, and keeps showing it", async () => {
    const server = new FakeServer().signIn("observer").on(LIST, { body: pageOf(rowFormed), etag: '"1"' });
    const user = renderApp("/requests");
    await rowOf("Ceres");
    await user.click(screen.getByRole("button", { name: /Refresh now/ }));
    await waitFor(() => expect(server.made(LIST).at(-1)?.headers.get("If-None-Match")).toBe('"1"'));
    expect(screen.getByRole("link", { name: "Ceres" })).toBeVisible();
  });

  it("says that it cannot be refreshed and keeps the rows", async () => {
    const server = new FakeServer().signIn("observer").on(LIST, { body: pageOf(rowFormed) });
    const user = renderApp("/requests");
    await rowOf("Ceres");
    server.on(LIST, problem(400, "INVALID_INPUT", "No."));
    await user.click(screen.getByRole("button", { name: /Refresh now/ }));
    expect(await screen.findByText(/Cannot be refreshed/)).toBeVisible();
    expect(screen.getByRole("link", { name: "Ceres" })).toBeVisible();
  });
});

describe("a moderator's decision in the list", () => {
  const COMPLETE = `PUT /api/requests/${rowFormed.id}/complete`;
  const REJECT = `PUT /api/requests/${rowFormed.id}/reject`;

  it("is not offered to observers", async () => {
    new FakeServer().signIn("observer").on(LIST, { body: pageOf(rowFormed) });
    renderApp("/requests");
    const row = await rowOf("Ceres");
    expect(row.queryByRole("button")).not.toBeInTheDocument();
  });

  it("completes, says so at once and shows the row as the server answers it", async () => {
    const server = new FakeServer().signIn("moderator").on(LIST, { body: pageOf(rowFormed) });
    server.on(COMPLETE, () => {
      server.on(LIST, { body: pageOf(rowCompleted) });
      return { body: rowCompleted };
    });
    const user = renderApp("/requests");
    await user.click((await rowOf("Ceres")).getByRole("button", { name: "Complete" }));
    expect(await screen.findByText("Ceres: completed, the calculation is scheduled.")).toBeVisible();
    await waitFor(() => expect(screen.queryByRole("button", { name: "Complete" })).not.toBeInTheDocument());
    expect(server.made(COMPLETE)).toHaveLength(1);
  });

  it("explains a refused step in the server's words and leaves the row as it is", async () => {
    const server = new FakeServer().signIn("moderator").on(LIST, { body: pageOf(rowFormed) });
    server.on(COMPLETE, problem(503, "CALC_UNAVAILABLE", "The calculation service cannot be reached."));
    const user = renderApp("/requests");
    await user.click((await rowOf("Ceres")).getByRole("button", { name: "Complete" }));
    expect(await screen.findByText("The calculation service cannot be reached.")).toBeVisible();
    expect((await rowOf("Ceres")).getByRole("button", { name: "Complete" })).toBeEnabled();
  });

  it("rejects only with a reason", async () => {
    const server = new FakeServer().signIn("moderator").on(LIST, { body: pageOf(rowFormed) });
    server.on(REJECT, { body: { ...rowFormed, status: "REJECTED" } });
    const user = renderApp("/requests");
    await user.click((await rowOf("Ceres")).getByRole("button", { name: "Reject" }));
    const dialog = within(await screen.findByRole("dialog"));
    await user.type(dialog.getByLabelText(/Reason/), "   ");
    await user.click(dialog.getByRole("button", { name: "Reject request" }));
    expect(dialog.getByText("A reason is required.")).toBeVisible();
    expect(server.made(REJECT)).toHaveLength(0);

    await user.type(dialog.getByLabelText(/Reason/), "The station is wrong.");
    await user.click(dialog.getByRole("button", { name: "Reject request" }));
    expect(await screen.findByText("Ceres: rejected.")).toBeVisible();
    expect(server.made(REJECT)[0]?.body).toEqual({ reason: "The station is wrong." });
  });

  it("keeps the dialog and the written reason when the rejection is refused", async () => {
    const server = new FakeServer().signIn("moderator").on(LIST, { body: pageOf(rowFormed) });
    server.on(REJECT, problem(409, "ILLEGAL_TRANSITION", "COMPLETED cannot become REJECTED."));
    const user = renderApp("/requests");
    await user.click((await rowOf("Ceres")).getByRole("button", { name: "Reject" }));
    const dialog = within(await screen.findByRole("dialog"));
    await user.type(dialog.getByLabelText(/Reason/), "Too late");
    await user.click(dialog.getByRole("button", { name: "Reject request" }));
    expect(await dialog.findByRole("alert")).toHaveTextContent("COMPLETED cannot become REJECTED.");
    expect(dialog.getByLabelText(/Reason/)).toHaveValue("Too late");
  });

  it("says who was faster when a refused rejection shows that the request has moved on", async () => {
    const server = new FakeServer().signIn("moderator").on(LIST, { body: pageOf(rowFormed) });
    server.on(REJECT, problem(409, "ILLEGAL_TRANSITION", "COMPLETED cannot become REJECTED."));
    server.on(`GET /api/requests/${rowFormed.id}`, {
      body: { ...samples.detailCompleted, id: rowFormed.id, moderator: "maria" },
    });
    const user = renderApp("/requests");
    await user.click((await rowOf("Ceres")).getByRole("button", { name: "Reject" }));
    const dialog = within(await screen.findByRole("dialog"));
    await user.type(dialog.getByLabelText(/Reason/), "Too late");
    await user.click(dialog.getByRole("button", { name: "Reject request" }));
    expect(await screen.findByText(/maria has completed this request in the meantime/)).toBeVisible();
  });
});

describe("several requests at once", () => {
  const second = { ...rowFormed, id: 8, designation: "Vesta" };
  const third = { ...rowFormed, id: 9, designation: "Juno" };
  const complete = (id: number) => `PUT /api/requests/${id}/complete`;

  it("are chosen by ticking, and what came of each is told", async () => {
    const server = new FakeServer().signIn("moderator").on(LIST, { body: pageOf(third, second, rowFormed) });
    server.on(complete(8), { body: { ...rowCompleted, id: 8, designation: "Vesta", moderator: "moderator" } });
    server.on(complete(9), problem(503, "CALC_UNAVAILABLE", "The calculation service cannot be reached."));
    const user = renderApp("/requests");
    await user.click(await screen.findByRole("checkbox", { name: "Choose Vesta" }));
    await user.click(screen.getByRole("checkbox", { name: "Choose Juno" }));
    await user.click(screen.getByRole("button", { name: "Complete 2" }));
    expect(await screen.findByText("1 request completed, 1 not changed")).toBeVisible();
    expect(screen.getByText("Juno: The calculation service cannot be reached.")).toBeVisible();
    expect((await rowOf("Juno")).getByText(/Not changed/)).toBeVisible();
    expect(screen.getByRole("checkbox", { name: "Choose Juno" })).toBeChecked();
    expect(server.made(complete(rowFormed.id))).toHaveLength(0);
  });

  it("are rejected with one reason, which is required", async () => {
    const server = new FakeServer().signIn("moderator").on(LIST, { body: pageOf(third, second) });
    for (const row of [second, third]) {
      server.on(`PUT /api/requests/${row.id}/reject`, { body: { ...row, status: "REJECTED", moderator: "moderator" } });
    }
    const user = renderApp("/requests");
    await user.click(await screen.findByRole("button", { name: "Choose all 2 that wait for a decision" }));
    await user.click(screen.getByRole("button", { name: "Reject 2" }));
    const dialog = within(await screen.findByRole("dialog"));
    await user.click(dialog.getByRole("button", { name: "Reject request" }));
    expect(dialog.getByText("A reason is required.")).toBeVisible();
    await user.type(dialog.getByLabelText(/Reason/), "Wrong station.");
    await user.click(dialog.getByRole("button", { name: "Reject request" }));
    expect(await screen.findByText("2 requests rejected")).toBeVisible();
    expect(server.made("PUT /api/requests/9/reject")[0]?.body).toEqual({ reason: "Wrong station." });
  });

  it("go on when the list is left: what came of them is told there and shown on the way back", async () => {
    const server = new FakeServer().signIn("moderator").on(LIST, { body: pageOf(third, second) });
    let answer: (() => void) | undefined;
    server.on(complete(8), { body: { ...rowCompleted, id: 8, designation: "Vesta", moderator: "moderator" } });
    server.on(complete(9), problem(503, "CALC_UNAVAILABLE", "The calculation service cannot be reached."));
    const held = new Promise<void>((resolve) => (answer = resolve));
    const { fetch: fetched } = globalThis;
    vi.stubGlobal("fetch", async (path: string, init?: RequestInit) => {
      if (init?.method === "PUT") await held;
      return fetched(path, init);
    });
    const user = renderApp("/requests");
    await user.click(await screen.findByRole("button", { name: "Choose all 2 that wait for a decision" }));
    await user.click(screen.getByRole("button", { name: "Complete 2" }));
    const leaving = () => !window.dispatchEvent(new Event("beforeunload", { cancelable: true }));
    expect(leaving()).toBe(true);
    await user.click(screen.getByRole("link", { name: "Calculations" }));
    expect(await screen.findByRole("heading", { name: "Calculations" })).toBeVisible();
    answer?.();
    expect(await screen.findByText(/1 request completed, 1 not changed. The list of requests tells/)).toBeVisible();
    expect(leaving()).toBe(false);
    await user.click(screen.getByRole("link", { name: "Requests" }));
    expect(await screen.findByText("1 request completed, 1 not changed")).toBeVisible();
    expect(screen.getByText("Juno: The calculation service cannot be reached.")).toBeVisible();
  });

  it("cannot be chosen by observers, nor when they do not wait for a decision", async () => {
    new FakeServer().signIn("moderator").on(LIST, { body: pageOf(rowCompleted) });
    renderApp("/requests");
    await rowOf("Ceres");
    expect(screen.getByRole("checkbox", { name: /Choose all shown/ })).toBeDisabled();
    expect(screen.queryByRole("checkbox", { name: "Choose Ceres" })).not.toBeInTheDocument();
  });
});

describe("the order", () => {
  it("is the backend's for observers, chosen by the heads and kept in the address", async () => {
    const server = new FakeServer().signIn("observer").on(LIST, { body: pageOf(rowFormed) });
    const user = renderApp("/requests");
    await rowOf("Ceres");
    const head = screen.getByRole("columnheader", { name: /Formed/ });
    expect(head).toHaveAttribute("aria-sort", "none");
    await user.click(within(head).getByRole("button"));
    await waitFor(() => expect(server.made(LIST).at(-1)?.query.get("ordering")).toBe("-formed_at"));
    expect(head).toHaveAttribute("aria-sort", "descending");
    await user.click(within(head).getByRole("button"));
    expect(window.location.search).toBe("?sort=formed_at");
    await user.click(within(head).getByRole("button"));
    expect(window.location.search).toBe("");
  });

  it("of everybody's requests is worked out here, without asking", async () => {
    const server = new FakeServer().signIn("moderator").on(LIST, { body: pageOf(rowFormed, byOther) });
    renderApp("/requests?sort=-designation");
    await rowOf("Vesta");
    const links = screen.getAllByRole("link", { name: /Ceres|Vesta/ }).map((link) => link.textContent);
    expect(links).toEqual(["Vesta", "Ceres"]);
    expect(server.made(LIST).some((call) => call.query.get("ordering") === "-designation")).toBe(false);
  });
});

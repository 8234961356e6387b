import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import imported from "../../../../tests/data/wire/import.json";
import refused from "../../../../tests/data/wire/import_refused.json";
import { FakeServer, problem } from "@/testing/fake-server.ts";
import { renderApp } from "@/testing/render-app.tsx";
import { pageOf, samples } from "@/testing/samples.ts";

const PARSE = "POST /api/observations/parse";
const CREATE = "POST /api/requests";
const draft = { ...samples.detailDraft, observations: [], observation_count: 0 };
const DRY_RUN = `POST /api/requests/${draft.id}/import`;
const nothing = { ...imported, observations: [], observation_count: 0, problems: [], problem_count: 0 };

const serve = () =>
  new FakeServer()
    .signIn("observer")
    .on("GET /api/requests", { body: pageOf() })
    .on(`GET /api/requests/${draft.id}`, { body: draft })
    .on(PARSE, { body: imported });

type User = ReturnType<typeof renderApp>;

async function paste(user: User, content: string) {
  await user.click(await screen.findByLabelText("Observations as text"));
  await user.paste(content);
}

describe("a new request", () => {
  it("shows what was understood before anything is saved, and then saves just that", async () => {
    const server = serve().on(CREATE, { status: 201, body: samples.detailDraft });
    const user = renderApp("/requests/new");
    await user.type(await screen.findByLabelText(/Designation/), "Apophis");
    await paste(user, "a line of a file");
    expect(await screen.findByText("1 observation understood, 1 night")).toBeVisible();
    const table = screen.getByRole("table", { name: "Observations understood" });
    expect(within(table).getByText("2020-03-01 22:00:00")).toBeVisible();
    expect(screen.getByRole("img", { name: /Track of 1 observation on the sky/ })).toBeVisible();
    expect(server.made(PARSE)[0]?.body).toBe("a line of a file");
    expect(server.made(CREATE)).toHaveLength(0);
    await user.click(screen.getByRole("button", { name: "Create draft" }));
    await waitFor(() => expect(server.made(CREATE)).toHaveLength(1));
    const [row] = (server.made(CREATE)[0]?.body as { observations: object[] }).observations;
    expect(row).toMatchObject({ observed_at: "2020-03-01T22:00:00Z", ra_deg: 54.5, station: "535" });
    expect(row).not.toHaveProperty("line");
  });

  it("gives back what was typed before a file took its place, or before it was cleared", async () => {
    serve();
    const user = renderApp("/requests/new");
    await paste(user, "typed by hand");
    const area = screen.getByLabelText<HTMLTextAreaElement>("Observations as text");
    const file = Object.assign(new File([], "a.psv"), { text: () => Promise.resolve("a whole file") });
    await user.upload(screen.getByLabelText("Choose a file"), file);
    await waitFor(() => expect(area).toHaveValue("a whole file"));
    await user.click(screen.getByRole("button", { name: "Undo" }));
    expect(area).toHaveValue("typed by hand");
    await user.click(screen.getByRole("button", { name: "Undo" }));
    expect(area).toHaveValue("a whole file");
    await user.click(screen.getByRole("button", { name: "Clear" }));
    expect(area).toHaveValue("");
    await user.click(screen.getByRole("button", { name: "Undo" }));
    expect(area).toHaveValue("a whole file");
    expect(screen.queryByRole("button", { name: "Undo" })).not.toBeInTheDocument();
  });

  it("shows two observations of one line as two rows", async () => {
    const told = vi.spyOn(console, "error");
    const [first] = imported.observations;
    const rows = [first, { ...first, station: "F51" }];
    serve().on(PARSE, { body: { ...imported, observations: rows, observation_count: 2 } });
    const user = renderApp("/requests/new");
    await paste(user, "a line of a file");
    const table = await screen.findByRole("table", { name: "Observations understood" });
    expect(within(table).getAllByRole("row")).toHaveLength(3);
    expect(told).not.toHaveBeenCalled();
  });

  it("creates nothing while a line is wrong, marks it in the text and leads to it", async () => {
    const server = serve().on(PARSE, { body: refused });
    const user = renderApp("/requests/new");
    await user.type(await screen.findByLabelText(/Designation/), "Apophis");
    await paste(user, `${"x".repeat(80)}\n${"y".repeat(80)}\n${"z".repeat(80)}`);
    const area = screen.getByLabelText<HTMLTextAreaElement>("Observations as text");
    expect(await screen.findByText("1 error to mend before anything is saved")).toBeVisible();
    expect(area).toBeInvalid();
    const list = screen.getByRole("list", { name: "What is wrong, line by line" });
    expect(list).toHaveTextContent("Right ascension cannot be read. Hours are 0 to 23.");
    await user.click(within(list).getByRole("button", { name: "Line 3, columns 33–44" }));
    expect(area).toHaveFocus();
    expect(area.value.slice(area.selectionStart, area.selectionEnd)).toBe("z".repeat(12));
    expect(area.selectionStart).toBe(2 * 81 + 32);
    await user.click(screen.getByRole("button", { name: "Create draft" }));
    expect(await screen.findByText(/^Mend the lines marked/)).toBeVisible();
    expect(server.made(CREATE)).toHaveLength(0);
  });

  it("reads a plain list as well and names its own lines", async () => {
    const wrong = { ...refused.problems[0], line: 3, reason: "UNKNOWN_STATION", hint: "No such station." };
    const server = serve().on(PARSE, { body: { ...nothing, problems: [wrong], problem_count: 1, error_count: 1 } });
    const user = renderApp("/requests/new");
    await paste(user, "# mine\n2020-03-01 22:00, 54, 16, ZZZ\nnonsense, 54, 16, 535");
    expect(await screen.findByText(/No such station/)).toBeVisible();
    const list = screen.getByRole("list", { name: "What is wrong, line by line" });
    expect(within(list).getByRole("button", { name: "Line 2" })).toBeVisible();
    expect(within(list).getByRole("button", { name: "Line 3" })).toBeVisible();
    expect(list).toHaveTextContent("Time, UTC: Write it as");
    expect(server.made(PARSE)[0]?.body).toBe(
      "# version=2022\ntrkSub|stn|obsTime|ra|dec|rmsRA|rmsDec\nLIST|ZZZ|2020-03-01T22:00:00Z|54.000000000|16.000000000||\n",
    );
  });

  it("takes a file that is dropped", async () => {
    const server = serve();
    renderApp("/requests/new");
    const area = await screen.findByLabelText("Observations as text");
    // jsdom's files cannot be read.
    const file = { size: 13, text: () => Promise.resolve("first\r\nsecond") };
    fireEvent.drop(area, { dataTransfer: { types: ["Files"], files: { length: 1, item: () => file } } });
    await waitFor(() => expect(area).toHaveValue("first\nsecond"));
    await waitFor(() => expect(server.made(PARSE)[0]?.body).toBe("first\nsecond"));
  });

  it("asks which object is meant where the file holds several", async () => {
    const two = [
      { designation: "1", observation_count: 2 },
      { designation: "2", observation_count: 1 },
    ];
    const server = serve().on(PARSE, ({ query }) => ({
      body: { ...imported, designations: two, error_count: query.has("designation") ? 0 : 1 },
    }));
    const user = renderApp("/requests/new");
    await paste(user, "two objects");
    await user.click(await screen.findByRole("combobox", { name: "Object of the file" }));
    await user.click(await screen.findByRole("option", { name: "2 (1 observation)" }));
    await waitFor(() => expect(server.made(PARSE).at(-1)?.query.get("designation")).toBe("2"));
  });

  it("says when the text cannot be checked, and tries again on demand", async () => {
    const server = serve().on(PARSE, problem(503, "CALC_UNAVAILABLE", "The calculation service is away."));
    const user = renderApp("/requests/new");
    await paste(user, "a line");
    expect(await screen.findByText("The text could not be checked", {}, { timeout: 60_000 })).toBeVisible();
    server.on(PARSE, { body: imported });
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText(/1 observation understood/)).toBeVisible();
  });

  it("keeps the text through a reload", async () => {
    serve();
    sessionStorage.setItem(
      "astrodist-new-request",
      JSON.stringify({ designation: "A", comment: "", pasted: "kept", object: "" }),
    );
    renderApp("/requests/new");
    expect(await screen.findByLabelText("Observations as text")).toHaveValue("kept");
  });
});

describe("a file for a draft", () => {
  it("is tried first and added all at once", async () => {
    const server = serve().on(DRY_RUN, { body: imported });
    const user = renderApp(`/requests/${draft.id}`);
    await user.click(await screen.findByRole("button", { name: "Paste or open a file" }));
    await paste(user, "a line of a file");
    await user.click(await screen.findByRole("button", { name: "Add 1 observation" }));
    expect(await screen.findByText("1 observation added.")).toBeVisible();
    expect(server.made(DRY_RUN).map(({ query }) => query.get("dry_run"))).toEqual(["true", null]);
    expect(screen.queryByLabelText("Observations as text")).not.toBeInTheDocument();
  });

  it("is tried anew when the draft holds something else", async () => {
    const server = serve().on(DRY_RUN, { body: imported });
    const user = renderApp(`/requests/${draft.id}`);
    await user.click(await screen.findByRole("button", { name: "Paste or open a file" }));
    await paste(user, "a line of a file");
    await screen.findByRole("button", { name: "Add 1 observation" });
    server.on(`GET /api/requests/${draft.id}`, { body: { ...draft, updated_at: "2026-11-20T13:00:00Z" } });
    server.on(DRY_RUN, { body: nothing });
    await user.click(screen.getByRole("button", { name: /Refresh now/ }));
    expect(await screen.findByText("No observation understood")).toBeVisible();
    expect(screen.getByRole("button", { name: "Add observations" })).toBeDisabled();
  });

  it("is not added while a line is wrong, and the draft is not formed over it", async () => {
    const server = serve().on(DRY_RUN, { body: refused });
    const user = renderApp(`/requests/${draft.id}`);
    await user.click(await screen.findByRole("button", { name: "Paste or open a file" }));
    await paste(user, "a wrong line");
    await user.click(await screen.findByRole("button", { name: "Add 1 observation" }));
    expect(await screen.findByText(/^Mend the lines marked/)).toBeVisible();
    expect(server.made(DRY_RUN).every(({ query }) => query.get("dry_run") === "true")).toBe(true);
    expect(screen.getByRole("button", { name: "Form" })).toBeDisabled();
  });
});

import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import observation from "../../../../tests/data/wire/observation.json";
import problemFields from "../../../../tests/data/wire/problem_fields.json";
import { DETAIL, draft, fillIn, PAGE, rows, serve } from "@/testing/draft-page.ts";
import { problem } from "@/testing/fake-server.ts";
import { renderApp } from "@/testing/render-app.tsx";

const ADD = `POST /api${PAGE}/observations`;

describe("a draft", () => {
  it("sends a sexagesimal observation in degrees and stays ready for the next of the same station", async () => {
    const server = serve().on(ADD, { status: 201, body: observation });
    const user = renderApp(PAGE);
    const form = await fillIn(user, {
      time: "2020-03-04 22:00",
      ra: "03 38 23.07",
      dec: "-00 30 12",
      station: "535{Enter}",
    });
    await waitFor(() => expect(form.getByLabelText("Time, UTC")).toHaveValue(""));
    const body = server.made(ADD)[0]?.body as Record<string, number>;
    expect(body).toMatchObject({ observed_at: "2020-03-04T22:00:00Z", station: "535" });
    expect(body.ra_deg).toBeCloseTo(54.596125, 9);
    expect(body.dec_deg).toBeCloseTo(-0.50333333, 8);
    expect(form.getByLabelText("Station")).toHaveValue("535");
    expect(form.getByLabelText("Time, UTC")).toHaveFocus();
  });

  it("names every field that cannot be read before asking the server", async () => {
    const server = serve();
    const user = renderApp(PAGE);
    const form = await fillIn(user, { time: "tomorrow", ra: "361", dec: "-91", station: "535" });
    await user.click(form.getByRole("button", { name: "Save observation" }));
    expect(form.getByText("Write it as 2026-01-31 21:04:05.6.")).toBeVisible();
    expect(form.getByText(/Right ascension lies from 0/)).toBeVisible();
    expect(form.getByText(/Declination lies between/)).toBeVisible();
    expect(server.made(ADD)).toHaveLength(0);
  });

  it("puts the server's field errors at their fields", async () => {
    serve().on(ADD, { status: 400, body: problemFields });
    const user = renderApp(PAGE);
    const form = await fillIn(user, { time: "2020-03-04 22:00", ra: "54", dec: "16", station: "ZZZ{Enter}" });
    expect(await form.findByText("No such code in the MPC's list of observatories.")).toBeVisible();
    expect(form.getByLabelText("Station")).toBeInvalid();
    expect(form.getByLabelText("Right ascension")).toBeInvalid();
    expect(form.getByLabelText("Declination")).toBeValid();
  });

  it("marks the station that has no fixed place, though the server names another field", async () => {
    const errors = [
      { path: "observer_position_km", reason: "STATION_WITHOUT_POSITION", message: "Hubble: give (x, y, z)." },
    ];
    serve().on(ADD, problem(400, "INVALID_INPUT", "`errors` names each field.", errors));
    const user = renderApp(PAGE);
    const form = await fillIn(user, { time: "2020-03-04 22:00", ra: "54", dec: "16", station: "250{Enter}" });
    expect(await form.findByText(/^This station has no fixed place/)).toBeVisible();
    expect(form.getByLabelText("Station")).toBeInvalid();
    expect(form.queryByRole("alert")).not.toBeInTheDocument();
  });

  it("lists above the form what the server refused and no field stands for", async () => {
    const errors = [
      { path: "observations", reason: "TOO_MANY_OBSERVATIONS", message: "At most 1000." },
      { path: "station", reason: "UNKNOWN_STATION", message: "No such station." },
    ];
    serve().on(ADD, problem(400, "INVALID_INPUT", "`errors` names each field.", errors));
    const user = renderApp(PAGE);
    const form = await fillIn(user, { time: "2020-03-04 22:00", ra: "54", dec: "16", station: "ZZZ{Enter}" });
    const alert = await form.findByRole("alert");
    expect(alert).toHaveTextContent("Not everything was accepted, and nothing was saved.");
    expect(
      within(alert)
        .getAllByRole("listitem")
        .map((item) => item.textContent),
    ).toEqual(["Observations: At most 1000."]);
    expect(form.getByText("No such station.")).toBeVisible();
  });

  it("shows a refusal that belongs to no field above the form", async () => {
    serve().on(ADD, problem(409, "NOT_A_DRAFT", "Only a draft can be edited."));
    const user = renderApp(PAGE);
    const form = await fillIn(user, { time: "2020-03-04 22:00", ra: "54", dec: "16", station: "535{Enter}" });
    expect(await form.findByRole("alert")).toHaveTextContent("Only a draft can be edited.");
  });

  it("does not round what was not touched when a row is changed", async () => {
    const precise = { ...observation, id: 1, ra_deg: 54.59612512345, observed_at: "2020-03-01T22:00:00.123456Z" };
    const server = serve({ ...draft, observations: [precise] });
    const change = `PATCH /api${PAGE}/observations/1`;
    server.on(change, { body: precise });
    const user = renderApp(PAGE);
    await user.click(await screen.findByRole("button", { name: /^Edit observation/ }));
    const declination = screen.getByLabelText("Declination");
    await user.clear(declination);
    await user.type(declination, "+10 00 00{Enter}");
    await waitFor(() => expect(server.made(change)).toHaveLength(1));
    expect(server.made(change)[0]?.body).toMatchObject({
      ra_deg: 54.59612512345,
      observed_at: "2020-03-01T22:00:00.123456Z",
      dec_deg: 10,
    });
  });

  it("cannot be formed with fewer than three observations and says how many are missing", async () => {
    serve({ ...draft, observations: rows.slice(0, 1) });
    renderApp(PAGE);
    expect(await screen.findByRole("button", { name: "Form" })).toBeDisabled();
    expect(screen.getByText(/^2 more observations are needed/)).toBeVisible();
  });

  it("is formed and then waits for a moderator", async () => {
    const formed = { ...draft, status: "FORMED", formed_at: "2026-11-20T12:00:00Z" };
    const server = serve();
    server.on(`PUT /api${PAGE}/form`, () => {
      server.on(DETAIL, { body: formed });
      return { body: formed };
    });
    const user = renderApp(PAGE);
    await user.click(await screen.findByRole("button", { name: "Form" }));
    expect(await screen.findByText("The request waits for a moderator's decision.")).toBeVisible();
  });

  it("puts a removed observation back as it was measured", async () => {
    const first = rows[0];
    const path = `/api${PAGE}/observations/${first?.id}`;
    const server = serve().on(`DELETE ${path}`, { status: 204 }).on(ADD, { status: 201, body: observation });
    const user = renderApp(PAGE);
    await user.click(await screen.findByRole("button", { name: "Delete observation 2020-03-01 22:00:00" }));
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(server.made(ADD)).toHaveLength(1));
    expect(server.made(ADD)[0]?.body).toMatchObject({ ra_deg: first?.ra_deg, observed_at: first?.observed_at });
    expect(await screen.findByText("The observation is back.")).toBeVisible();
  });

  it("goes from row to row by the arrows, opens one by Enter and gives the focus back", async () => {
    serve();
    const user = renderApp(PAGE);
    const edit = (day: number) => screen.getByRole("button", { name: `Edit observation 2020-03-0${day} 22:00:00` });
    (await screen.findByRole("button", { name: /Edit observation 2020-03-01/ })).focus();
    await user.keyboard("{ArrowDown}{ArrowDown}{ArrowDown}{ArrowUp}");
    expect(edit(2)).toHaveFocus();
    await user.keyboard("{Enter}");
    expect(screen.getByLabelText("Time, UTC")).toHaveValue("2020-03-02 22:00:00");
    await user.keyboard("{Escape}");
    await waitFor(() => expect(edit(2)).toHaveFocus());
  });

  it("saves a changed row and goes on to the one below, in the same field", async () => {
    const path = `/api${PAGE}/observations/${rows[0]?.id}`;
    const server = serve().on(`PATCH ${path}`, { body: observation });
    const user = renderApp(PAGE);
    await user.click(await screen.findByRole("button", { name: /Edit observation 2020-03-01/ }));
    const dec = screen.getByLabelText("Declination");
    await user.clear(dec);
    await user.type(dec, "17.5{ArrowDown}");
    await waitFor(() => expect(screen.getByLabelText("Time, UTC")).toHaveValue("2020-03-02 22:00:00"));
    expect(server.made(`PATCH ${path}`)[0]?.body).toMatchObject({ dec_deg: 17.5 });
    expect(screen.getByLabelText("Declination")).toHaveFocus();
  });

  it("removes the row in hand by the Delete key and moves on", async () => {
    const path = `/api${PAGE}/observations/${rows[1]?.id}`;
    const server = serve().on(`DELETE ${path}`, { status: 204 });
    const user = renderApp(PAGE);
    (await screen.findByRole("button", { name: /Edit observation 2020-03-02/ })).focus();
    await user.keyboard("{Delete}");
    await waitFor(() => expect(server.made(`DELETE ${path}`)).toHaveLength(1));
    expect(screen.getByRole("button", { name: /Edit observation 2020-03-03/ })).toHaveFocus();
  });

  it("is deleted only after asking", async () => {
    const server = serve().on(`DELETE /api${PAGE}`, { status: 204 });
    const user = renderApp(PAGE);
    await user.click(await screen.findByRole("button", { name: "Delete draft" }));
    const dialog = within(await screen.findByRole("dialog"));
    expect(server.made(`DELETE /api${PAGE}`)).toHaveLength(0);
    await user.click(dialog.getByRole("button", { name: "Delete" }));
    expect(await screen.findByRole("heading", { name: "Requests" })).toBeVisible();
    expect(server.made(`DELETE /api${PAGE}`)).toHaveLength(1);
  });
});

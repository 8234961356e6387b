import { cleanup, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import observation from "../../../../tests/data/wire/observation.json";
import { DETAIL, draft, fillIn, PAGE, rows, serve } from "@/testing/draft-page.ts";
import { renderApp } from "@/testing/render-app.tsx";

describe("what is typed in a draft and not saved", () => {
  it("outlives refreshing the row and reloading the page", async () => {
    const server = serve();
    const user = renderApp(PAGE);
    await fillIn(user, { time: "2020-03-04", ra: "54", dec: "16", station: "535" });
    server.on(DETAIL, { body: { ...draft, designation: "Pallas" } });
    await user.click(screen.getByRole("button", { name: /Refresh now/ }));
    expect(await screen.findByRole("heading", { name: "Pallas" })).toBeVisible();
    expect(screen.getByLabelText("Right ascension")).toHaveValue("54");
    cleanup();
    renderApp(PAGE);
    expect(await screen.findByLabelText("Right ascension")).toHaveValue("54");
  });

  it("keeps the draft from being formed while it is an observation", async () => {
    serve();
    const user = renderApp(PAGE);
    await fillIn(user, { time: "2020-03-04", ra: "54", dec: "16", station: "535" });
    expect(screen.getByRole("button", { name: "Form" })).toBeDisabled();
    await user.click(screen.getByRole("button", { name: "Close" }));
    expect(screen.getByRole("button", { name: "Form" })).toBeEnabled();
  });

  it("keeps the draft from being formed while it is its comment", async () => {
    serve();
    const user = renderApp(PAGE);
    await user.type(await screen.findByLabelText("Comment"), "typed, not saved");
    expect(screen.getByRole("button", { name: "Form" })).toBeDisabled();
    expect(screen.getByText("Save the designation and the comment first.")).toBeVisible();
  });

  it("keeps another row from being opened in its place", async () => {
    serve();
    const user = renderApp(PAGE);
    await user.click(await screen.findByRole("button", { name: /Edit observation 2020-03-01/ }));
    await user.click(screen.getByRole("button", { name: /Edit observation 2020-03-02/ }));
    expect(screen.getByLabelText("Time, UTC")).toHaveValue("2020-03-02 22:00:00");
    const dec = screen.getByLabelText("Declination");
    await user.clear(dec);
    await user.type(dec, "17.5");
    const other = screen.getByRole("button", { name: /Edit observation 2020-03-01/ });
    expect(other).toHaveAttribute("aria-disabled", "true");
    await user.click(other);
    const add = screen.getByRole("button", { name: "Add observation" });
    expect(add).toBeDisabled();
    expect(add).toHaveAccessibleDescription(/Save or close the observation being edited first/);
    await user.click(add);
    expect(screen.getByLabelText("Declination")).toHaveValue("17.5");
    await user.click(screen.getByRole("button", { name: "Close" }));
    await user.click(other);
    expect(screen.getByLabelText("Time, UTC")).toHaveValue("2020-03-01 22:00:00");
  });

  it("is not closed by the Escape that closes the list of stations", async () => {
    serve();
    const user = renderApp(PAGE);
    const form = await fillIn(user, { time: "2020-03-04", ra: "54", dec: "16", station: "53" });
    await user.keyboard("{Escape}");
    expect(form.getByLabelText("Right ascension")).toHaveValue("54");
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("form", { name: "New observation" })).not.toBeInTheDocument();
  });

  it("is not added to while it is on its way to the server", async () => {
    let answer: (response: Response) => void = () => undefined;
    const answered = new Promise<Response>((resolve) => (answer = resolve));
    serve();
    const fake = globalThis.fetch;
    vi.stubGlobal("fetch", (path: string, init?: RequestInit) =>
      init?.method === "POST" ? answered : fake(path, init),
    );
    const user = renderApp(PAGE);
    const form = await fillIn(user, { time: "2020-03-04 22:00", ra: "54", dec: "16", station: "535{Enter}" });
    const time = form.getByLabelText("Time, UTC");
    await waitFor(() => expect(time).toHaveAttribute("readonly"));
    await user.type(time, "5");
    expect(time).toHaveValue("2020-03-04 22:00");
    answer(new Response(JSON.stringify(observation), { status: 201 }));
    await waitFor(() => expect(time).toHaveValue(""));
    expect(time).not.toHaveAttribute("readonly");
  });

  it("is of no account once its row was deleted elsewhere", async () => {
    const server = serve({ ...draft, observations: [...rows, { ...observation, id: 4 }] });
    const user = renderApp(PAGE);
    const edit = await screen.findAllByRole("button", { name: /^Edit observation/ });
    await user.click(edit[3] as HTMLElement);
    await user.type(screen.getByLabelText("Declination"), "5");
    expect(screen.getByRole("button", { name: "Form" })).toBeDisabled();
    server.on(DETAIL, { body: draft });
    await user.click(screen.getByRole("button", { name: /Refresh now/ }));
    await waitFor(() => expect(screen.queryByLabelText("Declination")).not.toBeInTheDocument());
    expect(screen.getByRole("button", { name: "Form" })).toBeEnabled();
  });
});

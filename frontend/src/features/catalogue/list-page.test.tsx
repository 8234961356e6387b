import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { FakeServer, problem } from "@/testing/fake-server.ts";
import { renderApp } from "@/testing/render-app.tsx";
import { pageOf, samples } from "@/testing/samples.ts";

const LIST = "GET /api/asteroids";
const VISITOR = problem(401, "NOT_SIGNED_IN", "Sign in first.");

const asVisitor = () => new FakeServer().on("GET /api/auth/me", VISITOR);

describe("the catalogue", () => {
  it("is open to visitors, who are shown the way in", async () => {
    asVisitor().on(LIST, { body: samples.asteroidList });
    renderApp("/asteroids");
    const link = await screen.findByRole("link", { name: "433 Eros (A898 PA)" });
    expect(link).toHaveAttribute("href", "/asteroids/20000433");
    const row = within(link.closest("tr") as HTMLElement);
    expect(row.getByText("Amor")).toBeVisible();
    expect(row.getByText("NEO")).toBeVisible();
    expect(row.getByText("10.39")).toBeVisible();
    expect(screen.getByText("4 asteroids")).toBeVisible();
    expect(screen.getByRole("link", { name: "Sign in" })).toHaveAttribute("href", "/sign-in?next=%2Fasteroids");
    expect(screen.getByText(/^Orbits as the JPL Small-Body Database/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Synchronise" })).not.toBeInTheDocument();
  });

  it("searches once the typing pauses and keeps search and filters in the address", async () => {
    const server = asVisitor().on(LIST, { body: samples.asteroidList });
    const user = renderApp("/asteroids?page=3");
    await screen.findByRole("link", { name: "433 Eros (A898 PA)" });
    expect(server.made(LIST)[0]?.query.get("page_size")).toBe("50");
    await user.type(screen.getByLabelText("Search"), "apop");
    await waitFor(() => expect(server.made(LIST).at(-1)?.query.get("search")).toBe("apop"));
    expect(server.made(LIST).map((call) => call.query.get("search"))).toEqual([null, "apop"]);
    await user.selectOptions(screen.getByLabelText("Class"), "ATE");
    await user.selectOptions(screen.getByLabelText("Near Earth (NEO)"), "true");
    await user.selectOptions(screen.getByLabelText("Order"), "h_magnitude");
    await user.type(screen.getByLabelText("H to"), "19,5");
    await waitFor(() => expect(server.made(LIST).at(-1)?.query.get("h_max")).toBe("19.5"));
    const { query } = server.made(LIST).at(-1) ?? { query: new URLSearchParams() };
    expect([query.get("orbit_class"), query.get("neo"), query.get("ordering")]).toEqual(["ATE", "true", "h_magnitude"]);
    expect(query.get("page")).toBe("1");
    expect(window.location.search).toBe("?q=apop&class=ATE&neo=true&h_max=19.5&order=h_magnitude");
  });

  it("asks for nothing when the magnitude is no number", async () => {
    const server = asVisitor().on(LIST, { body: samples.asteroidList });
    const user = renderApp("/asteroids");
    await screen.findByRole("link", { name: "433 Eros (A898 PA)" });
    await user.type(screen.getByLabelText("H from"), "bright");
    expect(await screen.findByText("Write a number.")).toBeVisible();
    expect(server.made(LIST)).toHaveLength(1);
  });

  it("turns pages", async () => {
    const server = asVisitor().on(LIST, { body: { ...samples.asteroidList, count: 101 } });
    const user = renderApp("/asteroids");
    await user.click(await screen.findByRole("button", { name: "Next page" }));
    await waitFor(() => expect(server.made(LIST).at(-1)?.query.get("page")).toBe("2"));
    expect(window.location.search).toBe("?page=2");
  });

  it("says of made-up asteroids that they are made up", async () => {
    const [first, ...others] = samples.asteroidList.results;
    asVisitor().on(LIST, { body: pageOf({ ...first, orbit_id: "stand-in 57" }, ...others) });
    renderApp("/asteroids");
    expect(await screen.findByText(/^Made up for a try/)).toBeVisible();
    expect(screen.queryByText(/JPL/)).not.toBeInTheDocument();
  });

  it("has shorter pages where there is room for cards only", async () => {
    const matches = (media: string) => media === "(max-width: 62em)";
    const nobody = { addEventListener: () => undefined, removeEventListener: () => undefined };
    vi.stubGlobal("matchMedia", (media: string) => ({ ...nobody, media, matches: matches(media), onchange: null }));
    const server = asVisitor().on(LIST, { body: samples.asteroidList });
    renderApp("/asteroids");
    await screen.findByRole("link", { name: "433 Eros (A898 PA)" });
    expect(server.made(LIST).map((call) => call.query.get("page_size"))).toEqual(["20"]);
  });

  it("tells an empty catalogue from a search that finds nothing", async () => {
    asVisitor().on(LIST, { body: pageOf() });
    renderApp("/asteroids");
    expect(await screen.findByText("The catalogue is empty")).toBeVisible();
  });

  it("resets the filters that let nothing through", async () => {
    const server = asVisitor().on(LIST, { body: pageOf() });
    const user = renderApp("/asteroids?q=nothing&pha=true");
    expect(await screen.findByText("No asteroid matches")).toBeVisible();
    server.on(LIST, { body: samples.asteroidList });
    await user.click(screen.getAllByRole("button", { name: "Reset filters" })[1] as HTMLElement);
    expect(await screen.findByRole("link", { name: "433 Eros (A898 PA)" })).toBeVisible();
    expect(window.location.search).toBe("");
  });

  it("offers another try when the catalogue cannot be read", async () => {
    const server = asVisitor().on(LIST, problem(403, "FORBIDDEN", "Not now."));
    const user = renderApp("/asteroids");
    expect(await screen.findByRole("alert")).toHaveTextContent("Not now.");
    server.on(LIST, { body: samples.asteroidList });
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("link", { name: "433 Eros (A898 PA)" })).toBeVisible();
  });

  it("speaks Russian", async () => {
    localStorage.setItem("astrodist-language", "ru");
    asVisitor().on(LIST, { body: samples.asteroidList });
    renderApp("/asteroids");
    expect(await screen.findByText("4 астероида")).toBeVisible();
    expect(screen.getByRole("heading", { name: "Астероиды" })).toBeVisible();
  });
});

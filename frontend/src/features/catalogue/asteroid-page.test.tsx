import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { FakeServer, problem } from "@/testing/fake-server.ts";
import { renderApp } from "@/testing/render-app.tsx";
import { samples } from "@/testing/samples.ts";

const { asteroid, asteroidUnknown } = samples;
const PAGE = `/asteroids/${asteroid.spkid}`;
const PREDICT = "POST /v1/positions:predict";
const VISITOR = problem(401, "NOT_SIGNED_IN", "Sign in first.");

const positions = [
  { time: "2026-11-20T12:00:00Z", distance_au: 1.5 },
  { time: "2026-11-21T12:00:00Z", distance_au: 0.25 },
  { time: "2026-11-22T12:00:00Z", distance_au: 2.75 },
];

describe("the page of an asteroid", () => {
  it("shows the elements in their units and draws the orbit with Earth's", async () => {
    new FakeServer().on("GET /api/auth/me", VISITOR).on(`GET /api${PAGE}`, { body: asteroid });
    renderApp(PAGE);
    expect(await screen.findByRole("heading", { name: asteroid.full_name })).toBeVisible();
    const orbit = within(screen.getByRole("region", { name: "Orbit" }));
    expect(orbit.getByText("1.4581210 au")).toBeVisible();
    expect(orbit.getByText("10.82847°")).toBeVisible();
    expect(screen.getByText(/^Orbits as the JPL Small-Body Database/)).toBeVisible();
    const plot = within(orbit.getByRole("img", { name: /The orbit and Earth's, seen/ }));
    for (const name of ["Sun", "Earth", "Asteroid"]) expect(plot.getByText(name)).toBeInTheDocument();
    expect(screen.getByText("Aten (ATE)")).toBeVisible();
  });

  it("draws Jupiter beside an orbit that is not lost within Jupiter's", async () => {
    const far = { ...asteroid, a_au: 2.77, e: 0.08, q_au: 2.55 };
    new FakeServer().on("GET /api/auth/me", VISITOR).on(`GET /api${PAGE}`, { body: far });
    renderApp(PAGE);
    const plot = within(await screen.findByRole("img", { name: /Earth's and Jupiter's/ }));
    expect(plot.getByText("Jupiter")).toBeInTheDocument();
  });

  it("asks a visitor to sign in for the distance and does not ask the server for it", async () => {
    const server = new FakeServer().on("GET /api/auth/me", VISITOR).on(`GET /api${PAGE}`, { body: asteroid });
    renderApp(PAGE);
    const part = within(await screen.findByRole("region", { name: "Distance from Earth" }));
    expect(part.getByRole("link", { name: "Sign in" })).toHaveAttribute(
      "href",
      `/sign-in?next=${encodeURIComponent(PAGE)}`,
    );
    expect(server.made(PREDICT)).toHaveLength(0);
  });

  it("shows whoever is signed in the distance today and through the year, in the unit chosen", async () => {
    const server = new FakeServer().signIn("observer").on(`GET /api${PAGE}`, { body: asteroid });
    server.on(PREDICT, { body: { positions } });
    const user = renderApp(PAGE);
    expect(await screen.findByText("1.50000 au")).toBeVisible();
    expect(screen.getByText("0.25000 au")).toBeVisible();
    expect(screen.getByText("2.75000 au")).toBeVisible();
    expect(await screen.findByRole("figure", { name: "Distance from Earth over the coming year" })).toBeVisible();
    const body = server.made(PREDICT)[0]?.body as { orbit: Record<string, number>; station: string; times: string[] };
    expect([body.station, body.times.length, body.orbit.q_au]).toEqual(["500", 366, asteroid.q_au]);
    await user.click(screen.getByRole("radio", { name: "km" }));
    expect(screen.getByText("224,396,806 km")).toBeVisible();
  });

  it("offers another try when the prediction fails", async () => {
    const server = new FakeServer().signIn("observer").on(`GET /api${PAGE}`, { body: asteroid });
    server.on(PREDICT, problem(400, "INVALID_INPUT", "Refused."));
    const user = renderApp(PAGE);
    expect(await screen.findByText("The distance could not be predicted")).toBeVisible();
    server.on(PREDICT, { body: { positions } });
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("1.50000 au")).toBeVisible();
  });

  it("says of an asteroid without an orbit that nothing can be predicted", async () => {
    const page = `/asteroids/${asteroidUnknown.spkid}`;
    const body = { ...asteroidUnknown, e: null };
    const server = new FakeServer().signIn("observer").on(`GET /api${page}`, { body });
    renderApp(page);
    expect(await screen.findByText(/The catalogue has no orbit of it/)).toBeVisible();
    expect(server.made(PREDICT)).toHaveLength(0);
  });

  it("says when there is no such asteroid", async () => {
    new FakeServer().signIn("observer");
    renderApp("/asteroids/1");
    expect(await screen.findByText("No such asteroid")).toBeVisible();
  });
});

import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { FakeServer, problem } from "@/testing/fake-server.ts";
import { renderApp } from "@/testing/render-app.tsx";
import { pageOf, samples } from "@/testing/samples.ts";

const { asteroid, detailCompleted } = samples;
const REQUEST = `/requests/${detailCompleted.id}`;
const ASTEROID = `/asteroids/${asteroid.spkid}`;
const PI_ID = "0b6c1c50-7f0e-4a52-9d11-2f6a3c1d9e01";
const pi = {
  ...{ calculation_id: PI_ID, creator: "observer", state: "CANCELLED", revision: 1, pi: { digit_position: 1_000 } },
  ...{ create_time: "2026-11-20T12:00:00Z", due_time: "2026-11-20T12:00:00Z", progress: { fraction: 0, stage: "" } },
};

function serve() {
  return new FakeServer()
    .signIn("moderator")
    .on("GET /api/requests", { body: pageOf() })
    .on(`GET /api${REQUEST}`, { body: detailCompleted })
    .on("GET /api/asteroids", { body: pageOf() })
    .on(`GET /api${ASTEROID}`, { body: asteroid })
    .on("GET /v1/calculations", { body: { calculations: [], next_page_token: "" } })
    .on(`GET /v1/calculations/${PI_ID}`, { body: pi });
}

const tab = (title: string) => waitFor(() => expect(document.title).toBe(title));

describe("the browser's tab", () => {
  it.each([
    ["/requests", "Requests · AstroDist"],
    ["/requests/new", "New request · AstroDist"],
    [REQUEST, `Request ${detailCompleted.id} · ${detailCompleted.designation} · AstroDist`],
    ["/requests/987654", "No such request · AstroDist"],
    ["/asteroids", "Asteroids · AstroDist"],
    [ASTEROID, `${asteroid.full_name} · AstroDist`],
    ["/pi", "π · AstroDist"],
    [`/pi/${PI_ID}`, "Digit 1,000 of π · AstroDist"],
    [`/pi/${PI_ID.replace("0b6c", "ffff")}`, "No such calculation · AstroDist"],
    ["/calculations", "Calculations · AstroDist"],
    ["/nowhere", "There is nothing at this address · AstroDist"],
  ])("says what %s shows", async (path, title) => {
    serve();
    renderApp(path);
    await tab(title);
    expect(screen.getAllByRole("heading", { level: 1 })).toHaveLength(1);
  });

  it.each([
    ["/sign-in", "Sign in · AstroDist"],
    ["/register", "Create an account · AstroDist"],
  ])("says what %s shows who is not signed in", async (path, title) => {
    new FakeServer().on("GET /api/auth/me", problem(401, "NOT_SIGNED_IN", "Sign in first."));
    renderApp(path);
    await tab(title);
  });

  it("gives a request without a designation its number alone", async () => {
    serve().on(`GET /api${REQUEST}`, { body: { ...detailCompleted, designation: "" } });
    renderApp(REQUEST);
    await tab(`Request ${detailCompleted.id} · AstroDist`);
  });

  it("follows the reader to another page and another language", async () => {
    serve();
    const user = renderApp("/requests");
    await tab("Requests · AstroDist");
    await user.click(screen.getByRole("link", { name: "Calculations" }));
    await tab("Calculations · AstroDist");
    await user.click(screen.getByText("RU"));
    await tab("Вычисления · AstroDist");
  });

  it("does not keep the name of the page before while another one loads", async () => {
    serve();
    renderApp("/requests");
    await tab("Requests · AstroDist");
    vi.stubGlobal("fetch", () => new Promise(() => undefined));
    act(() => window.history.pushState(null, "", REQUEST));
    await tab("AstroDist");
  });
});

import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { FakeServer, problem, type Answer } from "@/testing/fake-server.ts";
import { FakeWebSocket } from "@/testing/fake-web-socket.ts";
import { renderApp } from "@/testing/render-app.tsx";
import { piResult, piRow } from "./testing.ts";
import type { PiCalculation } from "./types.ts";

const LIST = "GET /v1/calculations";
const CREATE = "POST /v1/calculations";
const FIELD = "Position after the point";

const pageOf = (...calculations: PiCalculation[]) => ({ body: { calculations, next_page_token: "" } });
const running = (revision: number, fraction: number) =>
  piRow({
    ...{ state: "RUNNING", revision, start_time: "2026-11-20T12:00:00Z" },
    progress: { fraction, stage: "summing the series" },
  });
const done = (revision: number) => piRow({ state: "SUCCEEDED", revision, pi_result: piResult() });

const refusedBeyond = (largest: number): Answer => {
  const message = `Give 0 to ${largest}.`;
  const { status, body } = problem(400, "INVALID_INPUT", message, [
    { path: "pi.digit_position", reason: "OUT_OF_RANGE", message },
  ]);
  return { status, body: { ...(body as object), largest_digit_position: String(largest) } };
};

const socket = () => FakeWebSocket.opened.at(-1) as FakeWebSocket;
const ready = () => socket().send({ initial_set_complete: true });
const rowOf = async (name: string) => {
  const row = (await screen.findByRole("link", { name })).closest("tr");
  if (!row) throw new Error(`${name} stands in no row`);
  return within(row);
};

describe("the table of pi", () => {
  it("shows position, digit, state, progress, time and who of each calculation", async () => {
    const finished = { ...done(4), start_time: "2026-11-20T12:00:00Z", finish_time: "2026-11-20T12:00:07.25Z" };
    const server = new FakeServer().signIn("observer").on(LIST, pageOf(finished));
    renderApp("/pi");
    const row = await rowOf("Digit 1,000");
    expect(row.getAllByRole("cell").map((cell) => cell.textContent)).toEqual([
      expect.stringContaining("Digit 1,000"),
      expect.stringContaining("9"),
      expect.stringContaining("Done"),
      expect.stringContaining("100 %"),
      expect.stringContaining("7.3 s"),
      expect.stringContaining("observer"),
      expect.stringContaining("20 Nov 2026, 12:00:00 UTC"),
    ]);
    expect(row.getByRole("link")).toHaveAttribute("href", `/pi/${finished.calculation_id}`);
    expect(server.made(LIST)[0]?.query.get("kind")).toBe("pi");
  });

  it("says every state in words", async () => {
    const states = ["SCHEDULED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"] as const;
    const rows = states.map((state, index) =>
      piRow({ state, calculation_id: `id-${index}`, pi: { digit_position: index } }),
    );
    new FakeServer().signIn("observer").on(LIST, pageOf(...rows));
    renderApp("/pi");
    for (const [index, words] of ["Waiting", "In progress", "Done", "Error", "Cancelled"].entries()) {
      expect((await rowOf(`Digit ${index}`)).getByText(words)).toBeVisible();
    }
  });

  it("tells how to begin when there is nothing yet", async () => {
    new FakeServer().signIn("observer").on(LIST, pageOf());
    renderApp("/pi");
    expect(await screen.findByText("Nobody has asked for a digit yet")).toBeVisible();
  });

  it("offers another try when the server cannot answer", async () => {
    const server = new FakeServer().signIn("observer").on(LIST, problem(403, "FORBIDDEN", "Not yours."));
    const user = renderApp("/pi");
    expect(await screen.findByRole("alert")).toHaveTextContent("Not yours.");
    server.on(LIST, pageOf(done(4)));
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("link", { name: "Digit 1,000" })).toBeVisible();
  });

  it("fetches older calculations when asked", async () => {
    const older = piRow({ calculation_id: "older", pi: { digit_position: 7 }, create_time: "2026-11-19T00:00:00Z" });
    const server = new FakeServer()
      .signIn("observer")
      .on(LIST, ({ query }) =>
        query.get("page_token") === "next"
          ? pageOf(older)
          : { body: { calculations: [done(4)], next_page_token: "next" } },
      );
    const user = renderApp("/pi");
    await user.click(await screen.findByRole("button", { name: "Show older" }));
    expect(await screen.findByRole("link", { name: "Digit 7" })).toBeVisible();
    expect(screen.queryByRole("button", { name: "Show older" })).not.toBeInTheDocument();
    expect(server.made(LIST)).toHaveLength(2);
  });

  it("is reached from the requests, and asks visitors to sign in first", async () => {
    new FakeServer().on("GET /api/auth/me", problem(401, "NOT_SIGNED_IN", "Sign in first."));
    renderApp("/pi");
    expect(await screen.findByLabelText("Username")).toBeVisible();
    expect(window.location.search).toBe("?next=%2Fpi");
    expect(screen.getByRole("link", { name: "π" })).toHaveAttribute("href", "/pi");
  });
});

describe("the live line of the table", () => {
  it("changes rows as they run and adds new ones, without asking again", async () => {
    const server = new FakeServer().signIn("observer").on(LIST, pageOf(running(2, 0.1)));
    renderApp("/pi");
    await rowOf("Digit 1,000");
    expect(socket().url).toBe("ws://localhost:3000/v1/calculations:watch?kind=pi");
    const fresh = piRow({ calculation_id: "fresh", create_time: "2026-11-20T13:00:00Z", pi: { digit_position: 5 } });
    act(() => {
      socket().send({ calculation: running(5, 0.62) });
      socket().send({ calculation: running(4, 0.4) });
      socket().send({ calculation: fresh });
      ready();
    });
    expect(await screen.findByText("62 %")).toBeVisible();
    expect(screen.getByText("Live")).toBeVisible();
    expect(screen.getAllByRole("link", { name: /^Digit/ }).map((link) => link.textContent)).toEqual([
      "Digit 5",
      "Digit 1,000",
    ]);
    act(() => socket().send({ calculation: done(9) }));
    expect(await (await rowOf("Digit 1,000")).findByText("Done")).toBeVisible();
    expect(server.made(LIST)).toHaveLength(1);
  });

  it("is replaced by polling when it is cut, which is said, and taken again", async () => {
    const server = new FakeServer().signIn("observer").on(LIST, pageOf(running(2, 0.1)));
    renderApp("/pi");
    await rowOf("Digit 1,000");
    act(() => socket().cut());
    expect(await screen.findByText(/The live line is cut/)).toBeVisible();
    server.on(LIST, pageOf(running(6, 0.7)));
    expect(await screen.findByText("70 %")).toBeVisible();
    await waitFor(() => expect(FakeWebSocket.opened.length).toBeGreaterThan(1));
    act(ready);
    expect(screen.getByText("Live")).toBeVisible();
    expect(screen.queryByText(/The live line is cut/)).not.toBeInTheDocument();
  });

  it("is not undone by an answer that was on its way", async () => {
    const server = new FakeServer().signIn("observer").on(LIST, pageOf(running(2, 0.1)));
    renderApp("/pi");
    await rowOf("Digit 1,000");
    act(() => {
      socket().send({ calculation: done(9) });
      ready();
    });
    await screen.findByText("Done");
    act(() => socket().cut());
    act(() => {
      window.dispatchEvent(new Event("online"));
    });
    act(ready);
    await waitFor(() => expect(server.made(LIST)).toHaveLength(2));
    expect(screen.getByText("Done")).toBeVisible();
  });
});

describe("asking for a digit", () => {
  it("starts at once and shows the new row", async () => {
    const server = new FakeServer().signIn("observer").on(LIST, pageOf());
    server.on(CREATE, ({ body }) => {
      const { calculation_id, pi } = body as PiCalculation;
      return { body: piRow({ calculation_id, pi }) };
    });
    const user = renderApp("/pi");
    await screen.findByText("Nobody has asked for a digit yet");
    await user.type(screen.getByLabelText(FIELD), "1,000{Enter}");
    expect(await screen.findByRole("link", { name: "Digit 1,000" })).toBeVisible();
    expect(server.made(CREATE)[0]?.body).toEqual({
      calculation_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      pi: { digit_position: 1_000 },
      delay: "0s",
    });
    expect(screen.getByText("Digit 1,000 is being worked out.")).toBeVisible();
    expect(screen.getByLabelText(FIELD)).toHaveValue("");
  });

  it("tells the digit when it was known already", async () => {
    new FakeServer()
      .signIn("observer")
      .on(LIST, pageOf())
      .on(CREATE, { body: done(1) });
    const user = renderApp("/pi");
    await user.type(await screen.findByLabelText(FIELD), "1000{Enter}");
    expect(await screen.findByText("Digit 1,000 is 9.")).toBeVisible();
  });

  it.each([
    [" ", "Which position?"],
    ["-3", "Positions start at 0, which is the 3."],
    ["1.5", /Write a whole number/],
  ])("does not ask the server for %j", async (typed, problem_text) => {
    const server = new FakeServer().signIn("observer").on(LIST, pageOf());
    const user = renderApp("/pi");
    await user.type(await screen.findByLabelText(FIELD), `${typed}{Enter}`);
    expect(await screen.findByText(problem_text)).toBeVisible();
    expect(screen.getByLabelText(FIELD)).toBeInvalid();
    expect(server.made(CREATE)).toHaveLength(0);
  });

  it("says the server's own bound and keeps what was typed", async () => {
    const server = new FakeServer().signIn("observer").on(LIST, pageOf()).on(CREATE, refusedBeyond(20_000_000));
    const user = renderApp("/pi");
    expect(await screen.findByText(/; usually up to 10,000,000$/)).toBeVisible();
    await user.type(await screen.findByLabelText(FIELD), "20000001{Enter}");
    expect(await screen.findByText("The largest position here is 20,000,000.")).toBeVisible();
    expect(screen.getByLabelText(FIELD)).toHaveValue("20000001");
    await user.type(screen.getByLabelText(FIELD), "{Backspace}");
    expect(screen.getByText(/; up to 20,000,000$/)).toBeVisible();
    await user.click(screen.getByRole("radio", { name: "RU" }));
    expect(await screen.findByText(/; до 20.000.000$/)).toBeVisible();
    expect(server.made(CREATE)).toHaveLength(1);
  });

  it("asks for the largest number there is when it was given a larger one, and so learns the bound", async () => {
    const server = new FakeServer().signIn("observer").on(LIST, pageOf()).on(CREATE, refusedBeyond(20_000_000));
    const user = renderApp("/pi");
    await user.type(await screen.findByLabelText(FIELD), "9999999999{Enter}");
    expect(await screen.findByText("The largest position here is 20,000,000.")).toBeVisible();
    expect(server.made(CREATE)[0]?.body).toMatchObject({ pi: { digit_position: 2_147_483_647 } });
  });

  it("sends the same calculation again after a lost answer", async () => {
    const server = new FakeServer().signIn("observer").on(LIST, pageOf());
    server.on(CREATE, problem(503, "UNAVAILABLE", "Try again shortly."));
    const user = renderApp("/pi");
    await user.type(await screen.findByLabelText(FIELD), "1000{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("not available now");
    expect(screen.getByLabelText(FIELD)).toHaveValue("1000");
    server.on(CREATE, { body: done(1) });
    await user.click(screen.getByRole("button", { name: "Work it out" }));
    await screen.findByText("Digit 1,000 is 9.");
    const [first, second] = server.made(CREATE).map(({ body }) => (body as PiCalculation).calculation_id);
    expect(second).toBe(first);
  });
});

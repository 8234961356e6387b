import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { FakeEventSource } from "@/testing/fake-event-source.ts";
import { FakeServer, problem } from "@/testing/fake-server.ts";
import { renderApp } from "@/testing/render-app.tsx";
import { PI_ID, piResult, piRow } from "./testing.ts";

const PAGE = `/pi/${PI_ID}`;
const ONE = `GET /v1/calculations/${PI_ID}`;
const DIGITS = `${ONE}/digits`;
const CANCEL = `POST /v1/calculations/${PI_ID}:cancel`;

/** Digits that tell where they stand: the last digit of each position, but for a few of their own. */
const LAST = 1_000;
const digits = Array.from({ length: LAST + 1 }, (_, position) => String(position % 10)).join("");
const text = `3${digits.slice(1, 762)}999999${digits.slice(768)}`;

const done = piRow({ state: "SUCCEEDED", revision: 9, pi: { digit_position: LAST }, pi_result: piResult() });
const running = (revision: number, fraction: number, stage = "summing the series") =>
  piRow({ state: "RUNNING", revision, start_time: "2026-11-20T12:00:00Z", progress: { fraction, stage } });

function serve() {
  const server = new FakeServer().signIn("observer").on(ONE, { body: done });
  return server.on(DIGITS, ({ query }) => {
    const offset = Number(query.get("offset"));
    return { text: text.slice(offset, offset + Number(query.get("length"))) };
  });
}

const line = () => FakeEventSource.opened.at(-1) as FakeEventSource;
const digitRow = async (first: string) =>
  (await screen.findByText(first, { selector: "[role=rowheader]" })).nextElementSibling;
const marked = (kind: string) =>
  [...document.querySelectorAll(`mark[data-kind=${kind}]`)].map((mark) => mark.textContent);

describe("a finished calculation", () => {
  it("shows the digit among its neighbours, and where it came from", async () => {
    serve().on(ONE, { body: { ...done, pi_result: piResult({ source_calculation_id: "earlier" }) } });
    renderApp(PAGE);
    const facts = within(await screen.findByRole("region", { name: "What came out" }));
    expect(facts.getByText("Digit 1,000 is").nextElementSibling).toHaveTextContent(/^9$/);
    expect(facts.getByText("With its neighbours").nextElementSibling).toHaveTextContent("…42019893809…");
    expect(facts.getByText("e3b0c442")).toBeVisible();
    expect(facts.getByRole("link", { name: "An earlier calculation" })).toHaveAttribute("href", "/pi/earlier");
  });

  it("opens at the digit that was asked for and marks it", async () => {
    const server = serve();
    renderApp(PAGE);
    expect(await digitRow("951")).toHaveTextContent("1234567890 1234567890 1234567890 1234567890 1234567890");
    await waitFor(() => expect(marked("asked")).toEqual(["0"]));
    expect(screen.getByText("Digit 1,000: 0")).toBeInTheDocument();
    expect(server.made(DIGITS).map(({ query }) => query.toString())).toEqual(["offset=1&length=1000"]);
    expect(FakeEventSource.opened).toHaveLength(0);
  });

  it("draws only the lines near the view", async () => {
    serve().on(ONE, { body: { ...done, pi: { digit_position: 10_000_000 } } });
    renderApp(PAGE);
    const whole = await screen.findByRole("table", { name: "π to 10,000,000 digits" });
    expect(Number(whole.getAttribute("aria-rowcount"))).toBeGreaterThan(100_000);
    expect(within(whole).getAllByRole("row").length).toBeLessThan(60);
  });

  it("takes the reader to a position and keeps it in the address", async () => {
    serve();
    const user = renderApp(PAGE);
    await user.type(await screen.findByLabelText("Jump to position"), "12{Enter}");
    expect(await digitRow("1")).toHaveTextContent("1234567890");
    expect(marked("current")).toEqual(["2"]);
    expect(window.location.search).toBe("?at=12");
    expect(screen.getByText("Digit 12: 2")).toBeInTheDocument();
    expect(await digitRow("0")).toHaveTextContent(/^3\.$/);
  });

  it("opens where its address says", async () => {
    serve();
    renderApp(`${PAGE}?at=763`);
    await waitFor(() => expect(marked("current")).toEqual(["9"]));
    expect(await digitRow("751")).toHaveTextContent("1234567890 1999999890");
  });

  it("does not jump where nothing is", async () => {
    serve();
    const user = renderApp(PAGE);
    await user.type(await screen.findByLabelText("Jump to position"), "1001{Enter}");
    expect(await screen.findByText("Positions here go from 0 to 1,000.")).toBeVisible();
    expect(window.location.search).toBe("");
  });

  it("finds digits, one after the other and around the end", async () => {
    serve();
    const user = renderApp(PAGE);
    await user.type(await screen.findByLabelText("Find digits"), "9999{Enter}");
    expect(await screen.findByText("1 of 3, at position 762")).toBeVisible();
    expect(marked("current")).toEqual(["9999"]);
    await user.click(screen.getByRole("button", { name: "Next" }));
    await user.keyboard("{Enter}");
    expect(screen.getByText("3 of 3, at position 764")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Next" }));
    expect(screen.getByText("1 of 3, at position 762")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Previous" }));
    expect(screen.getByText("3 of 3, at position 764")).toBeVisible();
  });

  it("says when digits do not occur, and what cannot be looked for", async () => {
    serve();
    const user = renderApp(PAGE);
    const field = await screen.findByLabelText("Find digits");
    await user.type(field, "31{Enter}");
    expect(await screen.findByText(/^1 of 1, at position 0$/)).toBeVisible();
    await user.clear(field);
    await user.type(field, "55555{Enter}");
    expect(await screen.findByText("55555 does not occur here.")).toBeVisible();
    await user.clear(field);
    await user.type(field, "pi{Enter}");
    expect(await screen.findByText("Digits only.")).toBeVisible();
  });

  it("says why a search failed", async () => {
    const server = serve();
    const user = renderApp(PAGE);
    await digitRow("951");
    server.on(DIGITS, problem(409, "DIGITS_NOT_KEPT", "The digits were dropped."));
    await user.type(screen.getByLabelText("Find digits"), "123{Enter}");
    expect(await screen.findByText("The digits were dropped.")).toBeVisible();
  });

  it("copies a range as bare digits and refuses one that runs backwards", async () => {
    serve();
    const user = renderApp(PAGE);
    await digitRow("951");
    await user.click(screen.getByRole("button", { name: "Copy" }));
    const [from, to] = [await screen.findByLabelText("From position"), screen.getByLabelText("To position")];
    await user.clear(from);
    await user.type(from, "770");
    await user.clear(to);
    await user.type(to, "760{Enter}");
    expect(screen.getByText(/From must not be after to/)).toBeVisible();
    await user.clear(from);
    await user.type(from, "0{Enter}");
    expect(await screen.findByText("761 digits copied")).toBeVisible();
    expect(await navigator.clipboard.readText()).toBe(text.slice(0, 761));
  });

  it("says that copying is not allowed", async () => {
    serve();
    const user = renderApp(PAGE);
    await digitRow("951");
    vi.spyOn(navigator.clipboard, "writeText").mockRejectedValue(new DOMException("no", "NotAllowedError"));
    await user.click(screen.getByRole("button", { name: "Copy" }));
    await user.click(await screen.findByRole("button", { name: "Copy what is in view" }));
    expect(await screen.findByText("Copying is not allowed here")).toBeVisible();
  });

  it("offers the whole text as a file", async () => {
    serve();
    renderApp(PAGE);
    const link = await screen.findByRole("link", { name: "Download as text" });
    expect(link).toHaveAttribute("href", `/v1/calculations/${PI_ID}/digits`);
    expect(link).toHaveAttribute("download", ""); // the server says the name
  });

  it("says when digits cannot be loaded, and tries again", async () => {
    const server = serve().on(DIGITS, problem(429, "THROTTLED", "Too many streams are open."));
    const user = renderApp(PAGE);
    expect(await screen.findByText("Too many streams are open.")).toBeVisible();
    server.on(DIGITS, { text: text.slice(1) });
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await digitRow("951")).toHaveTextContent("1234567890");
    expect(screen.queryByText("Too many streams are open.")).not.toBeInTheDocument();
  });

  it("does not take an answer that ends too early", async () => {
    serve().on(DIGITS, { text: "14159" });
    renderApp(PAGE);
    expect(await screen.findByText("Some digits could not be loaded.")).toBeVisible();
  });

  it("asks for the position again when its digits were dropped", async () => {
    const again = piRow({ calculation_id: "11111111-7f0e-4a52-9d11-2f6a3c1d9e01", revision: 1 });
    const server = serve().on(DIGITS, problem(409, "DIGITS_NOT_KEPT", "The digits were dropped."));
    server
      .on("POST /v1/calculations", { body: again })
      .on(`GET /v1/calculations/${again.calculation_id}`, { body: again });
    const user = renderApp(PAGE);
    await user.click(await screen.findByRole("button", { name: "Work them out again" }));
    await waitFor(() => expect(window.location.pathname).toBe(`/pi/${again.calculation_id}`));
    expect(server.made("POST /v1/calculations")[0]?.body).toMatchObject({ pi: { digit_position: LAST }, delay: "0s" });
  });
});

describe("a running calculation of pi", () => {
  it("shows its stage as it goes, and the digits when it is done", async () => {
    const server = serve().on(ONE, { body: running(2, 0.1) });
    renderApp(PAGE);
    expect(await screen.findByText("In progress · summing the series")).toBeVisible();
    expect(line().url).toBe(`/v1/calculations/${PI_ID}:watch`);
    act(() => {
      line().open();
      line().send(running(5, 0.82, "converting to decimal"));
    });
    expect(await screen.findByText("In progress · converting to decimal")).toBeVisible();
    expect(screen.getByText("82 %")).toBeVisible();
    server.on(ONE, { body: done });
    act(() => line().send(done));
    expect(await digitRow("951")).toHaveTextContent("1234567890");
    expect(line().readyState).toBe(FakeEventSource.CLOSED);
  });

  it("is asked for when the line is refused, which is said", async () => {
    const server = serve().on(ONE, { body: running(2, 0.1) });
    renderApp(PAGE);
    await screen.findByText("In progress · summing the series");
    act(() => line().refuse());
    expect(await screen.findByText(/The live line is cut/)).toBeVisible();
    server.on(ONE, { body: done });
    expect(await screen.findByRole("region", { name: "What came out" })).toBeVisible();
  });

  it("can be cancelled by whoever asked for it", async () => {
    const cancelled = piRow({ state: "CANCELLED", revision: 6 });
    const server = serve().on(ONE, { body: running(2, 0.1) });
    server.on(CANCEL, () => {
      server.on(ONE, { body: cancelled });
      return { body: cancelled };
    });
    const user = renderApp(PAGE);
    await user.click(await screen.findByRole("button", { name: "Cancel the calculation" }));
    expect(await screen.findByText("Cancelled before it finished")).toBeVisible();
    expect(server.made(CANCEL)).toHaveLength(1);
    expect(screen.queryByRole("region", { name: /Digits of π/ })).not.toBeInTheDocument();
  });

  it("is not offered to other observers for cancelling", async () => {
    serve().on(ONE, { body: { ...running(2, 0.1), creator: "maria" } });
    renderApp(PAGE);
    await screen.findByText("In progress · summing the series");
    expect(screen.queryByRole("button", { name: "Cancel the calculation" })).not.toBeInTheDocument();
  });
});

describe("a calculation of pi without digits", () => {
  it("says why it failed", async () => {
    const error = { reason: "WORKER_CRASHED", message: "The worker process died while computing." };
    serve().on(ONE, { body: piRow({ state: "FAILED", revision: 7, error }) });
    renderApp(PAGE);
    expect(await screen.findByText("The worker process died while computing.")).toBeVisible();
  });

  it.each([PAGE, "/pi/no-such-thing"])("does not exist at %s", async (path) => {
    new FakeServer().signIn("observer");
    renderApp(path);
    expect(
      await screen.findByText(path === PAGE ? "No such calculation" : "There is nothing at this address"),
    ).toBeVisible();
  });
});

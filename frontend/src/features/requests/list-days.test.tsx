import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { FakeServer } from "@/testing/fake-server.ts";
import { renderApp } from "@/testing/render-app.tsx";
import { pageOf, samples } from "@/testing/samples.ts";

const LIST = "GET /api/requests";
const { rowFormed } = samples;

describe("the days between which requests were formed", () => {
  it("are taken as they are typed; what is none is said, and a button forgets them", async () => {
    const server = new FakeServer().signIn("moderator").on(LIST, { body: pageOf(rowFormed) });
    const user = renderApp("/requests");
    await screen.findByRole("link", { name: "Ceres" });
    const from = screen.getByRole("textbox", { name: "Formed from" });
    await user.type(from, "5.1.2026");
    await waitFor(() => expect(server.made(LIST).at(-1)?.query.get("formed_after")).toBe("2026-01-05"));
    await user.tab();
    expect(from).toHaveValue("05 Jan 2026");
    await user.clear(screen.getByRole("textbox", { name: "Formed to" }));
    await user.type(screen.getByRole("textbox", { name: "Formed to" }), "30 Feb 2026");
    expect(screen.getByText("No such day")).toBeVisible();
    expect(window.location.search).toBe("?from=2026-01-05");
    await user.clear(screen.getByRole("textbox", { name: "Formed to" }));
    await user.type(screen.getByRole("textbox", { name: "Formed to" }), "2026-01-04");
    expect(screen.getByText("Before the first day")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Formed to: clear" }));
    await user.click(screen.getByRole("button", { name: "Formed from: clear" }));
    expect(window.location.search).toBe("");
    expect(from).toHaveValue("");
  });

  it("are offered in a calendar of the chosen language, and written so", async () => {
    new FakeServer().signIn("moderator").on(LIST, { body: pageOf(rowFormed) });
    const user = renderApp("/requests?from=2026-01-20&to=2026-01-25");
    await screen.findByRole("link", { name: "Ceres" });
    expect(screen.getByRole("textbox", { name: "Formed from" })).toHaveValue("20 Jan 2026");
    await user.click(screen.getByText("RU"));
    const from = await screen.findByRole("textbox", { name: "Сформирована с" });
    expect(from).toHaveValue("20.01.2026");
    await user.click(screen.getByRole("button", { name: "Сформирована с: выбрать в календаре" }));
    const calendar = within(await screen.findByRole("dialog", { name: "Сформирована с" }));
    expect(calendar.getByText("январь 2026")).toBeVisible();
    expect(calendar.getByRole("button", { name: "понедельник, 26 января 2026 г." })).toBeDisabled();
    await user.click(calendar.getByRole("button", { name: "воскресенье, 25 января 2026 г." }));
    expect(window.location.search).toBe("?from=2026-01-25&to=2026-01-25");
    expect(from).toHaveValue("25.01.2026");
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });
});

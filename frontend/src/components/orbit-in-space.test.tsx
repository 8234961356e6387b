import { fireEvent, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { FakeServer } from "@/testing/fake-server.ts";
import { renderApp } from "@/testing/render-app.tsx";
import { samples } from "@/testing/samples.ts";

const { detailCompleted } = samples;
const PAGE = `/requests/${detailCompleted.id}`;

async function show(changes: object = {}) {
  const orbit = { ...detailCompleted.orbit, ...changes };
  new FakeServer().signIn("observer").on(`GET /api${PAGE}`, { body: { ...detailCompleted, orbit } });
  const user = renderApp(PAGE);
  return { user, stage: await screen.findByRole("group", { name: "The orbit in space, to be turned" }) };
}

const seen = (above: number, turn: number) => `Seen from ${above}° above the ecliptic, turned by ${turn}°`;

describe("the orbit in space", () => {
  it("is seen from above at first, turned by the arrow keys, and brought back", async () => {
    const { user, stage } = await show();
    expect(screen.getByText(seen(90, 0))).toBeVisible();
    expect(screen.getByRole("button", { name: "From above" })).toBeDisabled();
    stage.focus();
    await user.keyboard("{ArrowDown}{ArrowDown}{ArrowRight}");
    expect(screen.getByText(seen(80, 5))).toBeVisible();
    expect(screen.getByRole("img", { name: new RegExp(seen(80, 5)) })).toBeVisible();
    await user.click(screen.getByRole("button", { name: "From above" }));
    expect(await screen.findByText(seen(90, 0))).toBeVisible();
  });

  it("is turned by dragging, and only while the button is held", async () => {
    const { stage } = await show();
    stage.setPointerCapture = () => undefined;
    fireEvent.pointerDown(stage, { pointerId: 1, clientX: 100, clientY: 100 });
    fireEvent.pointerMove(stage, { pointerId: 1, clientX: 140, clientY: 160 });
    expect(screen.getByText(seen(60, 20))).toBeVisible();
    fireEvent.pointerUp(stage, { pointerId: 1 });
    fireEvent.pointerMove(stage, { pointerId: 1, clientX: 0, clientY: 0 });
    expect(screen.getByText(seen(60, 20))).toBeVisible();
  });

  it("shows Jupiter where the orbit comes near it, and its nodes", async () => {
    await show({ e: 0.8, q_au: 1.1, a_au: 5.5 });
    expect(screen.getByText("Jupiter")).toBeVisible();
    expect(screen.getByText("☊")).toBeVisible();
  });

  it("leaves Jupiter out elsewhere", async () => {
    await show();
    expect(screen.queryByText("Jupiter")).not.toBeInTheDocument();
  });
});

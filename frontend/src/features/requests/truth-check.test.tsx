import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { FakeServer, problem } from "@/testing/fake-server.ts";
import { renderApp } from "@/testing/render-app.tsx";
import { samples } from "@/testing/samples.ts";

const { detailCompleted, prediction } = samples;
const PAGE = `/requests/${detailCompleted.id}`;
const PREDICTION = `GET /api${PAGE}/prediction`;

const serve = (body: unknown = detailCompleted) =>
  new FakeServer().signIn("observer").on(`GET /api${PAGE}`, { body }).on(PREDICTION, { body: prediction });

const rows = async () => {
  const table = await screen.findByRole("table", { name: "Computed and predicted distances" });
  return within(table).getAllByRole("row").slice(1);
};

describe("the truth check", () => {
  it("sets each predicted distance beside the computed one, with the difference in sigmas", async () => {
    serve();
    renderApp(PAGE);
    const [first] = await rows();
    const cells = within(first as HTMLElement)
      .getAllByRole("cell")
      .map((cell) => cell.textContent);
    expect(cells[1]).toContain("2.250 ± 0.011");
    expect(cells[2]).toContain("1.500");
    expect(cells[3]).toMatch(/\+\d+\.\d σ/);
    expect(cells[4]).toContain("2.5″");
  });

  it("marks what does not belong and says how many that are", async () => {
    serve();
    renderApp(PAGE);
    const all = await rows();
    const strange = all.filter((row) => within(row).queryByText("Does not belong") !== null);
    expect(strange).toEqual([all[2]]);
    expect(strange[0]).toHaveAttribute("data-tone", "warning");
    expect(screen.getByText(/1 observation does not stand where/)).toBeVisible();
  });

  it("links to the asteroid", async () => {
    serve();
    renderApp(PAGE);
    await rows();
    for (const link of screen.getAllByRole("link", { name: prediction.asteroid.full_name })) {
      expect(link).toHaveAttribute("href", `/asteroids/${prediction.asteroid.spkid}`);
    }
  });

  it("is left out, and not asked for, where the designation names no asteroid of the catalogue", async () => {
    const server = serve({ ...detailCompleted, catalogue: null });
    renderApp(PAGE);
    await screen.findByRole("table", { name: "Observations" });
    expect(screen.queryByText("Truth check")).not.toBeInTheDocument();
    expect(server.made(PREDICTION)).toHaveLength(0);
  });

  it("offers another try when the service is away, and leaves the rest of the page alone", async () => {
    const server = serve().on(PREDICTION, problem(404, "NOT_IN_CATALOGUE", "It was taken out."));
    const user = renderApp(PAGE);
    expect(await screen.findByText("The prediction could not be made")).toBeVisible();
    server.on(PREDICTION, { body: prediction });
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await rows()).toHaveLength(4);
  });
});

import { screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer, problem } from "@/testing/fake-server.ts";
import { renderApp } from "@/testing/render-app.tsx";
import { samples } from "@/testing/samples.ts";

const { id } = samples.detailCompleted;
const FILE = `GET /api/requests/${id}/export/psv`;
const saved: string[] = [];

beforeEach(() => {
  saved.length = 0;
  URL.createObjectURL = () => "blob:file";
  URL.revokeObjectURL = () => undefined;
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    saved.push(this.download);
  });
});

async function download(server: FakeServer) {
  server.signIn("observer").on(`GET /api/requests/${id}`, { body: samples.detailCompleted });
  const user = renderApp(`/requests/${id}`);
  await user.click(await screen.findByRole("button", { name: "Export" }));
  await user.click(await screen.findByRole("menuitem", { name: /ADES/ }));
}

describe("a request as a file", () => {
  it("is saved", async () => {
    await download(new FakeServer().on(FILE, { text: "# version=2022" }));
    await waitFor(() => expect(saved).toEqual(["psv"]));
  });

  it("leads to sign in where the session has ended, and saves nothing", async () => {
    await download(new FakeServer().on(FILE, problem(401, "NOT_SIGNED_IN", "Sign in first.")));
    expect(await screen.findByText(/Your session has ended/)).toBeVisible();
    expect(screen.getByLabelText(/Username/)).toBeVisible();
    expect(saved).toEqual([]);
  });

  it("says so where the server cannot be reached", async () => {
    await download(
      new FakeServer().on(FILE, () => {
        throw new TypeError("Failed to fetch");
      }),
    );
    expect(await screen.findByText("No file was written")).toBeVisible();
    expect(saved).toEqual([]);
  });
});

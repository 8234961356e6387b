import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { FakeServer, problem } from "@/testing/fake-server.ts";
import { renderApp } from "@/testing/render-app.tsx";
import { pageOf, samples } from "@/testing/samples.ts";

const PASSWORD = "POST /api/auth/password";
const TOKENS = "GET /api/auth/tokens";
const ALL = "DELETE /api/auth/token";
const token = (id: number) => ({
  id,
  created_at: `2026-11-0${id}T10:00:00Z`,
  last_used_at: "2026-11-20T10:00:00Z",
  expires_at: "2027-02-18T10:00:00Z",
});
const listed = (...ids: number[]) => ({
  body: { count: ids.length, next: null, previous: null, results: ids.map(token) },
});

function serve(...ids: number[]) {
  return new FakeServer()
    .signIn("observer")
    .on("GET /api/requests", { body: pageOf(samples.rowFormed) })
    .on(TOKENS, listed(...ids))
    .on(PASSWORD, { status: 204 });
}

afterEach(() => vi.restoreAllMocks());

async function open() {
  const user = renderApp("/requests");
  await user.click(await screen.findByRole("button", { name: "Account" }));
  return { user, dialog: within(await screen.findByRole("dialog", { name: "Account observer" })) };
}

describe("one's own account", () => {
  it("changes the password by the keyboard alone and says what ended with the old one", async () => {
    const server = serve(1);
    const { user, dialog } = await open();
    await waitFor(() => expect(dialog.getByLabelText("Present password")).toHaveFocus());
    await user.keyboard("old{Tab}{Tab}a-new-one-41{Enter}");
    expect(await screen.findByText(/The password is changed/)).toBeVisible();
    expect(server.made(PASSWORD)[0]?.body).toEqual({ current_password: "old", new_password: "a-new-one-41" });
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    await waitFor(() => expect(screen.getByRole("button", { name: "Account" })).toHaveFocus());
  });

  it("asks for both passwords before asking the server", async () => {
    const server = serve();
    const { user, dialog } = await open();
    await user.click(dialog.getByRole("button", { name: "Change password" }));
    expect(dialog.getAllByText("Please fill this in.")).toHaveLength(2);
    expect(server.made(PASSWORD)).toHaveLength(0);
  });

  it("puts what is wrong with a password at its field, and keeps the session", async () => {
    const errors = [
      { path: "current_password", reason: "WRONG_CREDENTIALS", message: "This is not the present password." },
      { path: "new_password", reason: "INVALID_FORMAT", message: "This password is too common." },
    ];
    serve().on(PASSWORD, problem(400, "INVALID_INPUT", "Refused.", errors));
    const { user, dialog } = await open();
    await user.type(dialog.getByLabelText("Present password"), "old");
    await user.type(dialog.getByLabelText("New password"), "password{Enter}");
    expect(await dialog.findByText("This is not your present password.")).toBeVisible();
    expect(dialog.getByText("This password is too common.")).toBeVisible();
    expect(dialog.queryByRole("alert")).not.toBeInTheDocument();
  });

  it("revokes one token", async () => {
    const server = serve(2, 1).on("DELETE /api/auth/tokens/2", () => {
      server.on(TOKENS, listed(1));
      return { status: 204 };
    });
    const { user, dialog } = await open();
    await user.click(await dialog.findByRole("button", { name: "Revoke the token of 2 Nov 2026" }));
    expect(await screen.findByText("1 token revoked.")).toBeVisible();
    await waitFor(() => expect(dialog.getAllByRole("button", { name: /^Revoke the token/ })).toHaveLength(1));
  });

  it("revokes all tokens at once", async () => {
    const server = serve(3, 2, 1).on(ALL, () => {
      server.on(TOKENS, listed());
      return { status: 204 };
    });
    const { user, dialog } = await open();
    await user.click(await dialog.findByRole("button", { name: "Revoke all" }));
    expect(await screen.findByText("3 tokens revoked.")).toBeVisible();
    expect(await dialog.findByText("There are none.")).toBeVisible();
  });

  it("is not offered to visitors", async () => {
    serve().on("GET /api/auth/me", problem(401, "NOT_SIGNED_IN", "Sign in first."));
    renderApp("/asteroids");
    await screen.findByRole("link", { name: "Sign in" });
    expect(screen.queryByRole("button", { name: "Account" })).not.toBeInTheDocument();
  });

  it("speaks Russian", async () => {
    serve(1);
    const user = renderApp("/requests");
    await user.click(await screen.findByRole("radio", { name: "RU" }));
    await user.click(await screen.findByRole("button", { name: "Учётная запись" }));
    expect(await screen.findByLabelText("Новый пароль")).toBeVisible();
    expect(await screen.findByRole("button", { name: /^Отозвать токен от / })).toBeVisible();
  });
});

import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { FakeServer, problem } from "@/testing/fake-server.ts";
import { renderApp } from "@/testing/render-app.tsx";
import { pageOf, samples } from "@/testing/samples.ts";

const ME = "GET /api/auth/me";
const LOGIN = "POST /api/auth/login";
const nobody = problem(401, "NOT_SIGNED_IN", "Sign in first.");
const observer = { id: 1, username: "observer", role: "observer" };

function serve() {
  const server = new FakeServer().on(ME, nobody).on("GET /api/requests", { body: pageOf(samples.rowFormed) });
  return server.on(LOGIN, () => {
    server.on(ME, { body: observer });
    return { body: observer };
  });
}

afterEach(() => vi.restoreAllMocks());

async function signIn(user: ReturnType<typeof renderApp>) {
  await user.type(await screen.findByLabelText("Username"), "observer");
  await user.type(screen.getByLabelText("Password"), "secret{Enter}");
}

describe("the session", () => {
  it("sends visitors to sign in and then to where they were going", async () => {
    const server = serve();
    const user = renderApp("/requests?status=FORMED");
    await signIn(user);
    expect(await screen.findByRole("link", { name: "Ceres" })).toBeVisible();
    expect(window.location.pathname + window.location.search).toBe("/requests?status=FORMED");
    expect(server.made(LOGIN)[0]?.body).toEqual({ username: "observer", password: "secret" });
  });

  it("does not send anybody to another site", async () => {
    serve();
    const user = renderApp("/sign-in?next=//elsewhere.example/");
    await signIn(user);
    await screen.findByRole("link", { name: "Ceres" });
    expect(window.location.pathname).toBe("/requests");
  });

  it("says that the credentials are wrong", async () => {
    serve().on(LOGIN, problem(401, "WRONG_CREDENTIALS", "User name or password is wrong."));
    const user = renderApp("/sign-in");
    await signIn(user);
    expect(await screen.findByRole("alert")).toHaveTextContent("User name or password is wrong.");
  });

  it("says how long a lock of sign-ins lasts, in Russian too", async () => {
    const locked = problem(429, "SIGN_IN_LOCKED", "Too many sign-ins failed. Try again in 15 minutes.");
    serve().on(LOGIN, { ...locked, body: { ...(locked.body as object), retry_after_s: 881 } });
    const user = renderApp("/sign-in");
    await signIn(user);
    expect(await screen.findByRole("alert")).toHaveTextContent("Try again in 15 minutes.");
    await user.click(screen.getByRole("radio", { name: "RU" }));
    expect(await screen.findByRole("alert")).toHaveTextContent(/^Слишком много .+ Повторите через 15 минут\.$/);
  });

  it("asks for both fields before asking the server", async () => {
    const server = serve();
    const user = renderApp("/sign-in");
    await user.click(await screen.findByRole("button", { name: "Sign in" }));
    expect(await screen.findAllByText("Please fill this in.")).toHaveLength(2);
    expect(server.made(LOGIN)).toHaveLength(0);
  });

  it("puts a taken name at its field when registering", async () => {
    serve().on("POST /api/auth/register", problem(409, "USERNAME_TAKEN", "This name is taken."));
    const user = renderApp("/register");
    await user.type(await screen.findByLabelText("Username"), "observer");
    await user.type(screen.getByLabelText("Password"), "long enough 1{Enter}");
    expect(await screen.findByText("This name is taken.")).toBeVisible();
    expect(screen.getByLabelText("Username")).toBeInvalid();
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  });

  it("says all that is wrong with a new password, in Russian once and in Russian", async () => {
    const errors = ["This password is too short.", "This password is too common."].map((message) => ({
      path: "password",
      reason: "INVALID_FORMAT",
      message,
    }));
    serve().on("POST /api/auth/register", problem(400, "INVALID_INPUT", "Refused.", errors));
    const user = renderApp("/register");
    await user.type(await screen.findByLabelText("Username"), "observer");
    await user.type(screen.getByLabelText("Password"), "abc{Enter}");
    expect(await screen.findByText("This password is too short. This password is too common.")).toBeVisible();
    await user.click(screen.getByRole("radio", { name: "RU" }));
    expect(await screen.findByText(/^Пароль слишком слабый/)).toBeVisible();
    expect(screen.queryByText(/This password/)).not.toBeInTheDocument();
  });

  it("notices that it has ended and offers to continue", async () => {
    const server = serve().on(ME, { body: observer });
    const user = renderApp("/requests");
    await screen.findByRole("link", { name: "Ceres" });
    server.on(ME, nobody).on("GET /api/requests", nobody);
    await user.click(screen.getByRole("button", { name: /Refresh now/ }));
    expect(await screen.findByText(/Your session has ended/)).toBeVisible();
  });

  it("ends when signing out and leaves no data behind", async () => {
    const server = serve().on(ME, { body: observer });
    server.on("POST /api/auth/logout", () => {
      server.on(ME, nobody);
      return { status: 204 };
    });
    const user = renderApp("/requests");
    await screen.findByRole("link", { name: "Ceres" });
    sessionStorage.setItem("typed", "not for the next one");
    await user.click(screen.getByRole("button", { name: "Sign out" }));
    expect(await screen.findByLabelText("Username")).toBeVisible();
    expect(sessionStorage.getItem("typed")).toBeNull();
    expect(screen.queryByText(/Your session has ended/)).not.toBeInTheDocument();
    await waitFor(() => expect(window.location.pathname + window.location.search).toBe("/sign-in"));
  });
});

describe("another user in the same tab", () => {
  const bob = { id: 2, username: "bob", role: "observer" };
  const later = () => {
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 120_000); // who is signed in is asked again
    window.dispatchEvent(new Event("visibilitychange"));
  };

  it("sees no rows of the one before", async () => {
    const server = serve().on(ME, { body: observer });
    renderApp("/requests");
    await screen.findByRole("link", { name: "Ceres" });
    server.on(ME, { body: bob }).on("GET /api/requests", { body: pageOf() });
    later();
    expect(await screen.findByText("bob")).toBeVisible();
    await waitFor(() => expect(screen.queryByRole("link", { name: "Ceres" })).not.toBeInTheDocument());
  });

  it("is not given what the one before had typed, who finds it again after an expired session", async () => {
    const server = serve().on(ME, { body: observer });
    renderApp("/requests/new");
    await screen.findByLabelText(/^Designation/);
    sessionStorage.setItem("typed", "secret of the observer");
    server.on(ME, nobody);
    later();
    await screen.findByLabelText("Username");
    expect(sessionStorage.getItem("typed")).toBe("secret of the observer");
    server.on(LOGIN, () => {
      server.on(ME, { body: bob });
      return { body: bob };
    });
    await userEvent.type(screen.getByLabelText("Username"), "bob");
    await userEvent.type(screen.getByLabelText("Password"), "bob{Enter}");
    expect(await screen.findByText("bob")).toBeVisible();
    expect(sessionStorage.getItem("typed")).toBeNull();
  });
});

describe("the language", () => {
  it("is switched and remembered", async () => {
    serve();
    const user = renderApp("/sign-in");
    await user.click(await screen.findByRole("radio", { name: "RU" }));
    expect(await screen.findByLabelText("Имя пользователя")).toBeVisible();
    expect(localStorage.getItem("astrodist-language")).toBe("ru");
    expect(document.documentElement.lang).toBe("ru");
  });
});

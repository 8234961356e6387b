import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App } from "@/app/app.tsx";
import { createQueryClient } from "@/app/query-client.ts";

/** The whole application at an address, as a browser would show it. */
export function renderApp(path: string) {
  window.history.replaceState(null, "", path);
  render(<App environment="test" client={createQueryClient()} />);
  return userEvent.setup();
}

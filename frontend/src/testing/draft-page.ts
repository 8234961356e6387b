/** The page of a draft in its creator's hands, for the editor's tests. */
import { screen, within } from "@testing-library/react";
import observation from "../../../tests/data/wire/observation.json";
import stations from "../../../tests/data/wire/stations.json";
import { FakeServer } from "./fake-server.ts";
import type { renderApp } from "./render-app.tsx";
import { pageOf, samples } from "./samples.ts";

export const rows = [1, 2, 3].map((id) => ({ ...observation, id, observed_at: `2020-03-0${id}T22:00:00Z` }));
export const draft = { ...samples.detailDraft, observations: rows, observation_count: 3 };
export const PAGE = `/requests/${draft.id}`;
export const DETAIL = `GET /api${PAGE}`;

/** An observer's own draft of three observations, or another request in its place. */
export function serve(request: object = draft) {
  return new FakeServer()
    .signIn("observer")
    .on(DETAIL, { body: request })
    .on("GET /api/stations", { body: stations })
    .on("GET /api/requests", { body: pageOf() });
}

type User = ReturnType<typeof renderApp>;

/** Opens a new row and types these values in it. */
export async function fillIn(user: User, values: { time: string; ra: string; dec: string; station: string }) {
  await user.click(await screen.findByRole("button", { name: "Add observation" }));
  const form = within(screen.getByRole("form", { name: "New observation" }));
  await user.type(form.getByLabelText("Time, UTC"), values.time);
  await user.type(form.getByLabelText("Right ascension"), values.ra);
  await user.type(form.getByLabelText("Declination"), values.dec);
  await user.type(form.getByLabelText("Station"), values.station);
  return form;
}

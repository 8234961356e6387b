/** Reading the catalogue. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { queryString, send } from "@/lib/http.ts";
import { PAGE_SIZE, type ListState } from "./list-state.ts";
import type { Asteroid, AsteroidPage } from "./types.ts";

export const catalogueKey = ["asteroids"] as const;

/** It changes when it is synchronised, which says so itself; nobody need ask often. */
const STALE_MS = 60_000;

export function useAsteroids(state: ListState) {
  return useQuery({
    queryKey: [...catalogueKey, "list", state],
    queryFn: ({ signal }) => send<AsteroidPage>("GET", `/api/asteroids${listQuery(state)}`, undefined, signal),
    placeholderData: keepPreviousData,
    staleTime: STALE_MS,
  });
}

export function useAsteroid(spkid: number) {
  return useQuery({
    queryKey: [...catalogueKey, "one", spkid],
    queryFn: ({ signal }) => send<Asteroid>("GET", `/api/asteroids/${spkid}`, undefined, signal),
    staleTime: STALE_MS,
  });
}

function listQuery(state: ListState): string {
  return queryString({
    search: state.search,
    orbit_class: state.orbitClass,
    neo: state.neo,
    pha: state.pha,
    h_min: state.hMin,
    h_max: state.hMax,
    ordering: state.ordering,
    page: state.page,
    page_size: PAGE_SIZE,
  });
}

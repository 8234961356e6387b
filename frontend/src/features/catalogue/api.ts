/** Reading the catalogue. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { queryString, send } from "@/lib/http.ts";
import type { ListState } from "./list-state.ts";
import type { Asteroid, AsteroidPage } from "./types.ts";

export const catalogueKey = ["asteroids"] as const;

/** It changes when it is synchronised, which says so itself; nobody need ask often. */
const STALE_MS = 60_000;
/** Where nothing is listed, the first synchronisation may be under way. */
const EMPTY_POLL_MS = 3_000;

export function useAsteroids(state: ListState, pageSize: number) {
  return useQuery({
    queryKey: [...catalogueKey, "list", state, pageSize],
    queryFn: ({ signal }) =>
      send<AsteroidPage>("GET", `/api/asteroids${listQuery(state, pageSize)}`, undefined, signal),
    placeholderData: keepPreviousData,
    staleTime: STALE_MS,
    refetchInterval: ({ state: { data } }) => (data?.count === 0 ? EMPTY_POLL_MS : false),
  });
}

export function useAsteroid(spkid: number) {
  return useQuery({
    queryKey: [...catalogueKey, "one", spkid],
    queryFn: ({ signal }) => send<Asteroid>("GET", `/api/asteroids/${spkid}`, undefined, signal),
    staleTime: STALE_MS,
  });
}

function listQuery(state: ListState, pageSize: number): string {
  return queryString({
    search: state.search,
    orbit_class: state.orbitClass,
    neo: state.neo,
    pha: state.pha,
    h_min: state.hMin,
    h_max: state.hMax,
    ordering: state.ordering,
    page: state.page,
    page_size: pageSize,
  });
}

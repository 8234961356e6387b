/** Where the Earth sees an asteroid over the coming year. */
import { useQuery } from "@tanstack/react-query";
import { send } from "@/lib/http.ts";
import { catalogueKey } from "./api.ts";
import type { Asteroid, Position } from "./types.ts";

const DAY_MS = 86_400_000;
const DAY_COUNT = 366;
const GEOCENTRE = "500";

/** A year of daily distances from the Earth's centre, the first one now. */
export function useYearAhead(asteroid: Asteroid, enabled: boolean) {
  return useQuery({
    queryKey: [...catalogueKey, "year", asteroid.spkid, asteroid.updated_at],
    queryFn: async ({ signal }) => {
      const body = { orbit: orbitOf(asteroid), station: GEOCENTRE, times: daysFrom(Date.now()) };
      const answer = await send<{ positions: Position[] }>("POST", "/v1/positions:predict", body, signal);
      return answer.positions;
    },
    enabled,
    // The sky moves slowly, and so does what is known of it.
    staleTime: DAY_MS / 24,
  });
}

/** Whether the catalogue has what positions follow from: shape, place, a size and a time. */
export function hasOrbit(asteroid: Asteroid): boolean {
  const { epoch_mjd_tdb, e, i_deg, node_deg, peri_deg, q_au, a_au, tp_mjd_tdb, mean_anomaly_deg } = asteroid;
  const needed = [epoch_mjd_tdb, e, i_deg, node_deg, peri_deg, q_au ?? a_au, tp_mjd_tdb ?? mean_anomaly_deg];
  return !needed.includes(null);
}

function orbitOf(asteroid: Asteroid) {
  const { epoch_mjd_tdb, a_au, e, i_deg, node_deg, peri_deg, mean_anomaly_deg, q_au, tp_mjd_tdb } = asteroid;
  const elements = { epoch_mjd_tdb, a_au, e, i_deg, node_deg, peri_deg, mean_anomaly_deg, q_au, tp_mjd_tdb };
  return Object.fromEntries(Object.entries(elements).filter(([, value]) => value !== null));
}

function daysFrom(start: number): string[] {
  return Array.from({ length: DAY_COUNT }, (_, day) => new Date(start + day * DAY_MS).toISOString());
}

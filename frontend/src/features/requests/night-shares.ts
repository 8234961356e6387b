/** How much each night brings to what fixes the distance. */
import { nightsOf } from "./nights.ts";
import type { Observation } from "./types.ts";

export interface NightShare {
  /** When its first observation was. */
  from: string;
  count: number;
  share: number;
}

export interface Shares {
  /** In order of time. */
  nights: NightShare[];
  /** What is known of orbits in general, from 0. */
  census: number;
}

/** Null: the result does not say. Observations in order of time. */
export function sharesOf(observations: readonly Observation[]): Shares | null {
  const told = observations.flatMap(({ observed_at, information_share, used }) =>
    typeof information_share === "number" && used !== false ? [{ observed_at, share: information_share }] : [],
  );
  if (told.length === 0) return null;
  const nights: NightShare[] = [];
  const numbers = nightsOf(told.map(({ observed_at }) => observed_at));
  told.forEach(({ observed_at, share }, index) => {
    const night = (nights[numbers[index] ?? 0] ??= { from: observed_at, count: 0, share: 0 });
    night.count += 1;
    night.share += share;
  });
  return { nights, census: Math.max(0, 1 - nights.reduce((sum, { share }) => sum + share, 0)) };
}

/** The fewest nights that bring half of what all nights bring, the strongest first. */
export function decidingNights({ nights }: Shares): NightShare[] {
  const all = nights.reduce((sum, { share }) => sum + share, 0);
  const chosen: NightShare[] = [];
  for (const night of [...nights].sort((one, other) => other.share - one.share)) {
    if (chosen.reduce((sum, { share }) => sum + share, 0) >= all / 2) break;
    chosen.push(night);
  }
  return chosen;
}

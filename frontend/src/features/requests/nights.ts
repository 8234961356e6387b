/** Nights of observation, counted as the solver does: a new one begins 0.6 days after the first position of the last. */
const NIGHT_MS = 0.6 * 86_400_000;

/** The night of each moment, from 0; the moments in order of time. */
export function nightsOf(moments: readonly string[]): number[] {
  let start = -Infinity;
  let night = -1;
  return moments.map((moment) => {
    const time = Date.parse(moment);
    if (time > start + NIGHT_MS) {
      night += 1;
      start = time;
    }
    return night;
  });
}

export function nightCount(moments: readonly string[]): number {
  // RFC 3339 in UTC sorts as text, but for fractions, which are within one night.
  return (nightsOf([...moments].sort()).at(-1) ?? -1) + 1;
}

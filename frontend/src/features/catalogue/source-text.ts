import type { Dictionary } from "@/i18n/en.ts";
import type { Asteroid } from "./types.ts";

/** The name that the stand-in gives its orbits begins with this, whichever source the portal has now. */
const STAND_IN = "stand-in";

/** Where the orbits of these asteroids come from. */
export function sourceText(text: Dictionary, asteroids: readonly Asteroid[]): string {
  const { standIn, jpl } = text.catalogue.sources;
  return asteroids.some(({ orbit_id }) => orbit_id?.startsWith(STAND_IN)) ? standIn : jpl;
}

/** The asteroid's colour and the Earth's on every drawing of orbits. */
export const AMBER = "var(--mantine-color-amber-6)";
export const EARTH_COLOUR = "var(--mantine-color-petrol-5)";

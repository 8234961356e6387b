import { useLocalStorage } from "@mantine/hooks";
import type { DistanceUnit } from "@/lib/units.ts";

export type AngleFormat = "sexagesimal" | "degrees";

function useChoice<T extends string>(key: string, choices: readonly [T, ...T[]]) {
  return useLocalStorage<T>({
    key,
    defaultValue: choices[0],
    getInitialValueInEffect: false,
    serialize: (value) => value,
    deserialize: (value) => choices.find((choice) => choice === value) ?? choices[0],
  });
}

/** How this person likes to read distances and angles; remembered. */
export const useDistanceUnit = () => useChoice<DistanceUnit>("astrodist-distance-unit", ["au", "km", "ld"]);
export const useAngleFormat = () => useChoice<AngleFormat>("astrodist-angle-format", ["sexagesimal", "degrees"]);

import { useMemo } from "react";
import { useQueries, type UseQueryResult } from "@tanstack/react-query";
import { useDebouncedValue } from "@mantine/hooks";
import { getDigits } from "./api.ts";
import { windowBounds } from "./digit-layout.ts";

/** A bar dragged through ten million digits must not ask for what nobody reads. */
const REST_MS = 80;
const KEEP_MS = 10 * 60_000;

export interface DigitWindows {
  digits: ReadonlyMap<number, string>;
  error: Error | null;
  retry: () => void;
}

/** The digits of some windows, asked for when scrolling rests and kept for a while. */
export function useDigitWindows(calculationId: string, last: number, wanted: readonly number[]): DigitWindows {
  const [settled] = useDebouncedValue(wanted.join(), REST_MS, { leading: true });
  const indices = useMemo(() => (settled === "" ? [] : settled.split(",").map(Number)), [settled]);
  const combine = useMemo(
    () => (results: UseQueryResult<string>[]) => {
      const failed = results.filter((result) => result.error !== null);
      return {
        digits: new Map(
          results.flatMap((result, at) =>
            result.data === undefined ? [] : [[indices[at] ?? 0, result.data] as const],
          ),
        ),
        error: failed[0]?.error ?? null,
        retry: () => failed.forEach((result) => void result.refetch()),
      };
    },
    [indices],
  );
  return useQueries({
    queries: indices.map((index) => {
      const { offset, length } = windowBounds(last, index);
      return {
        queryKey: ["pi", "digits", calculationId, offset, length],
        queryFn: ({ signal }: { signal: AbortSignal }) => getDigits(calculationId, offset, length, signal),
        staleTime: Infinity,
        gcTime: KEEP_MS,
      };
    }),
    combine,
  });
}

/** Which calculations are shown, kept in the address. */
import { useCallback, useMemo } from "react";
import { useSearchParams } from "wouter";
import type { CalculationState } from "@/lib/calculation.ts";
import { KINDS, STATES, type Calculation } from "./types.ts";

export interface Filters {
  kind: (typeof KINDS)[number] | "";
  state: CalculationState | "";
}

export function readFilters(params: URLSearchParams): Filters {
  return {
    kind: KINDS.find((kind) => kind === params.get("kind")) ?? "",
    state: STATES.find((state) => state === params.get("state")) ?? "",
  };
}

export function matches({ kind, state }: Filters, row: Calculation): boolean {
  return (kind === "" || row.kind === kind) && (state === "" || row.state === state);
}

/** The filters, and a change to them. */
export function useFilters(): [Filters, (change: Partial<Filters>) => void] {
  const [params, setParams] = useSearchParams();
  const filters = useMemo(() => readFilters(params), [params]);
  const change = useCallback(
    (part: Partial<Filters>) =>
      setParams(
        (current) => {
          const next = { ...readFilters(current), ...part };
          return new URLSearchParams(Object.entries(next).filter(([, value]) => value !== ""));
        },
        { replace: true },
      ),
    [setParams],
  );
  return [filters, change];
}

/** A calculation watched: live while the line holds, asked for every two seconds when it does not. */
import { useEffect, useRef, useState } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { send } from "./http.ts";
import { openLive, type LiveState } from "./live.ts";

export type CalculationState = "SCHEDULED" | "RUNNING" | "SUCCEEDED" | "FAILED" | "CANCELLED";

/** What every kind of calculation tells. */
export interface Calculation {
  calculation_id: string;
  state: CalculationState;
  due_time?: string;
  finish_time?: string;
  progress?: { fraction: number; stage: string };
  error?: { reason: string; message: string };
  revision: number;
}

const POLL_MS = 2_000;

export const isFinal = ({ state }: Pick<Calculation, "state">) => state !== "SCHEDULED" && state !== "RUNNING";

export const calculationPath = (calculationId: string) => `/v1/calculations/${encodeURIComponent(calculationId)}`;
export const calculationKey = (calculationId: string) => ["calculations", calculationId] as const;

/** `onFinal` is called with the final snapshot, once for each way by which it comes. */
export function useCalculation<T extends Calculation>(calculationId: string, onFinal: (calculation: T) => void) {
  const client = useQueryClient();
  const [line, setLine] = useState<LiveState>("connecting");
  const finished = useRef(onFinal);
  useEffect(() => {
    finished.current = onFinal;
  });
  useEffect(
    () =>
      openLive<T>({
        url: `${calculationPath(calculationId)}:watch`,
        parse: (data) => JSON.parse(data) as T,
        revision: (calculation) => calculation.revision,
        isFinal,
        onState: setLine,
        onSnapshot: (calculation) => {
          client.setQueryData(calculationKey(calculationId), calculation);
          if (isFinal(calculation)) finished.current(calculation);
        },
      }),
    [client, calculationId],
  );
  const query = useQuery({
    queryKey: calculationKey(calculationId),
    queryFn: async ({ signal }) => {
      const calculation = await send<T>("GET", calculationPath(calculationId), undefined, signal);
      if (isFinal(calculation)) finished.current(calculation);
      return calculation;
    },
    enabled: line === "lost",
    refetchInterval: ({ state }) => (state.data && isFinal(state.data) ? false : POLL_MS),
    retry: false,
  });
  return { calculation: query.data, line, error: query.error };
}

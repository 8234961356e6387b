/** The running calculation of a request: live while the line holds, asked for every two seconds when it does not. */
import { useEffect, useState } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { send } from "@/lib/http.ts";
import { openLive, type LiveState } from "@/lib/live.ts";
import { requestKey } from "./api.ts";
import type { CalculationState } from "./types.ts";

export interface Calculation {
  calculation_id: string;
  state: CalculationState;
  due_time?: string;
  progress?: { fraction: number; stage: string };
  revision: number;
}

const POLL_MS = 2_000;

export const isFinal = (calculation: Calculation) =>
  calculation.state === "SUCCEEDED" || calculation.state === "FAILED" || calculation.state === "CANCELLED";

export function useCalculation(requestId: number, calculationId: string) {
  const client = useQueryClient();
  const [line, setLine] = useState<LiveState>("connecting");
  useEffect(() => {
    const key = ["calculations", calculationId];
    return openLive<Calculation>({
      url: `/v1/calculations/${calculationId}:watch`,
      parse: (data) => JSON.parse(data) as Calculation,
      revision: (calculation) => calculation.revision,
      isFinal,
      onState: setLine,
      onSnapshot: (calculation) => {
        client.setQueryData(key, calculation);
        // The stored row is the truth; the stream only says when to look at it.
        if (isFinal(calculation)) void client.invalidateQueries({ queryKey: requestKey(requestId) });
      },
    });
  }, [client, requestId, calculationId]);
  const query = useQuery({
    queryKey: ["calculations", calculationId],
    queryFn: ({ signal }) => send<Calculation>("GET", `/v1/calculations/${calculationId}`, undefined, signal),
    enabled: line === "lost",
    refetchInterval: ({ state }) => (state.data && isFinal(state.data) ? false : POLL_MS),
    retry: false,
  });
  return { calculation: query.data, line };
}

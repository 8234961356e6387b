/** The running calculation of a request. */
import { useQueryClient } from "@tanstack/react-query";
import { useCalculation } from "@/lib/calculation.ts";
import { requestKey } from "./api.ts";

export function useRequestCalculation(requestId: number, calculationId: string) {
  const client = useQueryClient();
  // The stored row is the truth; the stream only says when to look at it.
  return useCalculation(calculationId, () => void client.invalidateQueries({ queryKey: requestKey(requestId) }));
}

import { useEffect, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { openLive, type LiveState } from "@/lib/live.ts";
import { takeSnapshots, usePiCalculation } from "./api.ts";
import { isFinal, type PiCalculation } from "./types.ts";

/** One calculation, and the live line held until it is finished: its snapshots go into the cache. */
export function useLiveCalculation(calculationId: string) {
  const client = useQueryClient();
  const [line, setLine] = useState<LiveState>("connecting");
  const known = usePiCalculation(calculationId, line);
  const running = known.data !== undefined && !isFinal(known.data);
  useEffect(() => {
    if (!running) return;
    return openLive<PiCalculation>({
      url: `/v1/calculations/${calculationId}:watch`,
      parse: (data) => JSON.parse(data) as PiCalculation,
      revision: (calculation) => calculation.revision,
      isFinal,
      onState: setLine,
      onSnapshot: (calculation) => takeSnapshots(client, [calculation]),
    });
  }, [client, calculationId, running]);
  return { known, line };
}

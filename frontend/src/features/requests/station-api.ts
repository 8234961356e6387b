import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { queryString, send } from "@/lib/http.ts";

export interface Station {
  code: string;
  name: string;
}

/** Observatories whose code or name holds the text. */
export function useStations(search: string) {
  const text = search.trim();
  return useQuery({
    queryKey: ["stations", text],
    queryFn: ({ signal }) => searchStations(text, signal),
    enabled: text !== "",
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  });
}

async function searchStations(search: string, signal: AbortSignal): Promise<Station[]> {
  const path = `/api/stations${queryString({ search, page_size: 30 })}`;
  const page = await send<{ results: Station[] }>("GET", path, undefined, signal);
  return page.results;
}

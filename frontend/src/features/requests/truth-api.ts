/** Where the catalogue's orbit puts the asteroid that a request names. */
import { useQuery } from "@tanstack/react-query";
import { send } from "@/lib/http.ts";
import type { Arcseconds, Au } from "@/lib/units.ts";
import type { CatalogueEntry, RequestDetail } from "./types.ts";

export interface PredictedObservation {
  id: number;
  distance_au: Au;
  separation_arcsec: Arcseconds;
  tolerance_arcsec: Arcseconds;
  belongs: boolean;
}

interface RequestPrediction {
  asteroid: CatalogueEntry;
  observations: PredictedObservation[];
}

export function usePrediction(request: RequestDetail) {
  const { id, updated_at, catalogue } = request;
  return useQuery({
    queryKey: ["requests", "prediction", id, updated_at, catalogue?.spkid],
    queryFn: ({ signal }) => send<RequestPrediction>("GET", `/api/requests/${id}/prediction`, undefined, signal),
    staleTime: Infinity,
  });
}

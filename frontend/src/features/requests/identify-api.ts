/** Comparing a request's observations with the whole catalogue; for moderators. */
import { useMutation } from "@tanstack/react-query";
import { useSearchParams } from "wouter";
import { calculationPath, type Calculation } from "@/lib/calculation.ts";
import { send } from "@/lib/http.ts";
import { newId } from "@/lib/new-id.ts";
import type { Arcseconds } from "@/lib/units.ts";
import type { Observation } from "./types.ts";

export interface Candidate {
  spkid: number;
  designation: string;
  number?: number;
  name: string;
  separation_arcsec: Arcseconds;
  largest_separation_arcsec: Arcseconds;
  matching_count: number;
  motion_difference_arcsec_per_min?: number;
  days_from_epoch: number;
  h_magnitude?: number;
}

export interface Identification extends Calculation {
  identification_result?: {
    candidates: Candidate[];
    candidate_count: number;
    object_count: number;
    left_out_count: number;
    compared_observation_count: number;
  };
}

const ID = /^[0-9a-f-]{36}$/;

/** The comparison shown, kept in the address so that a reload shows it again. */
export function useIdentificationId(): [string | null, (calculationId: string) => void] {
  const [params, setParams] = useSearchParams();
  const id = params.get("identification") ?? "";
  const keep = (calculationId: string) =>
    setParams(
      (current) => {
        const changed = new URLSearchParams(current);
        changed.set("identification", calculationId);
        return changed;
      },
      { replace: true },
    );
  return [ID.test(id) ? id : null, keep];
}

export function useIdentify() {
  return useMutation({
    mutationFn: (observations: readonly Observation[]) =>
      send<Identification>("POST", "/v1/calculations", {
        calculation_id: newId(),
        identification: { observations: observations.map(measured) },
        delay: "0s",
      }),
  });
}

export function useCancelIdentification(calculationId: string) {
  return useMutation({
    mutationFn: () => send<Identification>("POST", `${calculationPath(calculationId)}:cancel`, {}),
  });
}

/** What the calculation service takes of an observation; all else came of a calculation. */
const MEASURED = [
  "id",
  "observed_at",
  "ra_deg",
  "dec_deg",
  "station",
  "sigma_ra_arcsec",
  "sigma_dec_arcsec",
  "correlation",
  "magnitude",
  "band",
  "mode",
  "catalogue",
  "program",
  "observer_position_km",
] as const satisfies readonly (keyof Observation)[];

/** What was measured; what is not known is left out. */
function measured(row: Observation): Record<string, unknown> {
  const known = MEASURED.filter((name) => row[name] !== null && row[name] !== undefined);
  return Object.fromEntries(known.map((name) => [name, row[name]]));
}

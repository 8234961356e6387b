/** Changing requests. Nothing is guessed beforehand: the row that the server answers is what is shown. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ApiError, send } from "@/lib/http.ts";
import { listsKey, requestKey, takeRow } from "./api.ts";
import type { Observation, ObservationInput, RequestDetail, RequestRow } from "./types.ts";

export type Decision =
  { kind: "complete" } | { kind: "reject"; reason: string } | { kind: "recalculate"; supersedes: string };

export function useDecide(id: number) {
  return useRowChange((decision: Decision) => sendDecision(id, decision));
}

export function useForm(id: number) {
  return useRowChange(() => send<RequestRow>("PUT", `/api/requests/${id}/form`));
}

export function useEditDetails(id: number) {
  return useRowChange((details: { designation: string; comment: string }) =>
    send<RequestRow>("PATCH", `/api/requests/${id}`, details),
  );
}

export interface NewRequest {
  designation: string;
  comment: string;
  observations?: ObservationInput[];
}

export function useCreateRequest() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (request: NewRequest) => send<RequestDetail>("POST", "/api/requests", request),
    onSuccess: () => client.invalidateQueries({ queryKey: listsKey }),
  });
}

export function useDeleteRequest(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => send<undefined>("DELETE", `/api/requests/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: listsKey }),
  });
}

/** Adds an observation, or changes the one with this id. */
export function useSaveObservation(id: number) {
  return useObservationChange(
    id,
    ({ observationId, values }: { observationId: number | null; values: ObservationInput }) =>
      observationId === null
        ? send<Observation>("POST", `/api/requests/${id}/observations`, values)
        : send<Observation>("PATCH", `/api/requests/${id}/observations/${observationId}`, values),
  );
}

export function useDeleteObservation(id: number) {
  return useObservationChange(id, (observationId: number) =>
    send<undefined>("DELETE", `/api/requests/${id}/observations/${observationId}`),
  );
}

function sendDecision(id: number, decision: Decision): Promise<RequestRow> {
  switch (decision.kind) {
    case "complete":
      return send("PUT", `/api/requests/${id}/complete`);
    case "reject":
      return send("PUT", `/api/requests/${id}/reject`, { reason: decision.reason });
    case "recalculate":
      return send("POST", `/api/requests/${id}/recalculate`, { supersedes: decision.supersedes });
  }
}

function useRowChange<Input>(change: (input: Input) => Promise<RequestRow>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (row) => takeRow(client, row),
    // A refusal means that the row is not what the screen shows: ask at once.
    onError: (error) => {
      if (error instanceof ApiError && error.status === 409) void client.invalidateQueries({ queryKey: ["requests"] });
    },
  });
}

function useObservationChange<Input, Output>(id: number, change: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      void client.invalidateQueries({ queryKey: listsKey });
      await client.invalidateQueries({ queryKey: requestKey(id) });
    },
  });
}

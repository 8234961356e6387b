/** Changing requests. Nothing is guessed beforehand: the row that the server answers is what is shown. */
import { useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { ApiError, create, send } from "@/lib/http.ts";
import { useUser } from "@/lib/session.tsx";
import { dropRow, listsKey, requestKey, storeRow, takeRow } from "./api.ts";
import type { Observation, ObservationInput, RequestDetail, RequestRow } from "./types.ts";

export type Decision =
  { kind: "complete" } | { kind: "reject"; reason: string } | { kind: "recalculate"; supersedes: string };

/** What came of a decision. `by`: who had taken it before, so that nothing was left to do. */
export type DecisionOutcome =
  | { kind: "done"; row: RequestRow; by: string | null }
  | {
      kind: "refused";
      error: unknown;
      /** The row as it is by now, where that is the reason. */ present: RequestRow | null;
      /** No answer came and the row could not be read either: the server may have decided. */ unknown?: true;
    };

/** One decision about one row; the lists are asked again when it is made. `onOutcome` is told even if the row is not
 * drawn any more by then: a decided row may leave the list at once. */
export function useDecide(onOutcome: (row: RequestRow, decision: Decision, outcome: DecisionOutcome) => void) {
  const client = useQueryClient();
  const { username } = useUser();
  return useMutation({
    mutationFn: ({ row, decision }: { row: RequestRow; decision: Decision }) => decide(client, row, decision, username),
    onSuccess: (outcome, { row, decision }) => {
      onOutcome(row, decision, outcome);
      if (outcome.kind === "done") void client.invalidateQueries({ queryKey: requestKey(row.id) });
      return client.invalidateQueries({ queryKey: listsKey });
    },
  });
}

/** Takes the decision and stores what the server says about the row; throws only when the session has ended. */
export async function decide(
  client: QueryClient,
  row: RequestRow,
  decision: Decision,
  username: string,
): Promise<DecisionOutcome> {
  try {
    const answer = await sendDecision(row.id, decision);
    storeRow(client, answer);
    // Completing what is completed is no error, but not this moderator's doing either.
    const byOther = decision.kind === "complete" && answer.moderator !== username;
    return { kind: "done", row: answer, by: byOther ? answer.moderator : null };
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) throw error;
    if (hasLeftOpen(error)) return afterSilence(client, row, decision, username, error);
    const present = error instanceof ApiError && error.status === 409 ? await readPresent(client, row.id) : null;
    // That a calculation was replaced already is said by the refusal, not by the status.
    return { kind: "refused", error, present: decision.kind === "recalculate" ? null : present };
  }
}

/** Words of main_api itself that say that nothing was changed. */
const NOTHING_CHANGED = ["CALC_UNAVAILABLE", "CALCULATION_CONFLICT"];

/** A cut connection or a fault on the way says nothing about what the server did. */
function hasLeftOpen(error: unknown): boolean {
  if (!(error instanceof ApiError) || NOTHING_CHANGED.includes(error.reason)) return false;
  return error.status === 0 || error.status >= 500;
}

/** Looks at the row before anything is said about it. */
async function afterSilence(
  client: QueryClient,
  row: RequestRow,
  decision: Decision,
  username: string,
  error: unknown,
): Promise<DecisionOutcome> {
  const present = await readPresent(client, row.id);
  if (present === null) return { kind: "refused", error, present, unknown: true };
  const by = whoDid(decision, present);
  if (by !== null && (by === username || decision.kind === "complete")) {
    return { kind: "done", row: present, by: by === username ? null : by };
  }
  const moved = decision.kind !== "recalculate" && present.status !== row.status;
  return { kind: "refused", error, present: moved ? present : null };
}

/** Who has taken this decision, by the row; null: nobody. */
function whoDid(decision: Decision, { status, moderator, calculation_id, history }: RequestDetail): string | null {
  if (decision.kind === "complete") return status === "COMPLETED" ? moderator : null;
  if (decision.kind === "reject") return status === "REJECTED" ? moderator : null;
  if (calculation_id === decision.supersedes) return null;
  return history.findLast(({ action }) => action === "RECALCULATED")?.actor ?? null;
}

/** A refused step means that the row is not what the screen shows. */
async function readPresent(client: QueryClient, id: number): Promise<RequestDetail | null> {
  try {
    const present = await send<RequestDetail>("GET", `/api/requests/${id}`);
    storeRow(client, present);
    return present;
  } catch {
    return null; // the refusal itself is told all the same
  }
}

/** No answer came, and what the server did cannot be asked either. */
export class UnknownOutcome extends Error {}

/** Forms a draft; fails with UnknownOutcome where it may have been formed. */
export function useForm(id: number) {
  const client = useQueryClient();
  return useRowChange(async () => {
    try {
      return await send<RequestRow>("PUT", `/api/requests/${id}/form`);
    } catch (error) {
      if (!hasLeftOpen(error)) throw error;
      const present = await readPresent(client, id);
      if (present === null) throw new UnknownOutcome("Nobody knows whether it was formed.", { cause: error });
      if (present.status === "DRAFT") throw error;
      return present;
    }
  });
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
    mutationFn: (request: NewRequest) => create<RequestDetail>("/api/requests", request),
    onSuccess: () => client.invalidateQueries({ queryKey: listsKey }),
  });
}

export function useDeleteRequest(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => send<undefined>("DELETE", `/api/requests/${id}`),
    onSuccess: () => dropRow(client, id),
  });
}

/** Adds an observation, or changes the one with this id. */
export function useSaveObservation(id: number) {
  return useObservationChange(
    id,
    ({ observationId, values }: { observationId: number | null; values: ObservationInput }) =>
      observationId === null
        ? create<Observation>(`/api/requests/${id}/observations`, values)
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

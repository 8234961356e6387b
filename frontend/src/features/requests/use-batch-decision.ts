import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useUser } from "@/lib/session.tsx";
import { listsKey } from "./api.ts";
import { decide, type Decision } from "./change-api.ts";
import { useBatch } from "./list-batch.ts";
import type { RequestRow } from "./types.ts";

type BatchDecision = Exclude<Decision, { kind: "recalculate" }>;

/** Decides about several rows; the lists are asked again once, at the end. */
export function useBatchDecision() {
  const client = useQueryClient();
  const batch = useBatch();
  const { username } = useUser();
  // A mutation, so that the end of the session is noticed as everywhere.
  const { mutate } = useMutation({
    mutationFn: ({ decision, rows }: { decision: BatchDecision; rows: readonly RequestRow[] }) =>
      batch.run(decision.kind, rows, (row) => decide(client, row, decision, username)),
    onSettled: () => client.invalidateQueries({ queryKey: listsKey }),
  });
  return (decision: BatchDecision, rows: readonly RequestRow[]) => mutate({ decision, rows });
}

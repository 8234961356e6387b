/** What is in a file of observations, asked of the server before anything is saved. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { postText, queryString } from "@/lib/http.ts";
import { listsKey, requestKey } from "./api.ts";
import type { ObservationInput } from "./types.ts";

export interface FileProblem {
  /** From 1; 0: the whole file. */
  line: number;
  /** From 1, the end included; 0: the whole line. */
  column_start: number;
  column_end: number;
  text: string;
  reason: string;
  severity: "error" | "warning";
  hint: string;
}

export interface FileRow extends ObservationInput {
  id: number | null;
  designation: string;
  line: number;
  magnitude?: number | null;
  band?: string | null;
}

export interface FoundObject {
  designation: string;
  observation_count: number;
}

export interface ReadFile {
  observations: FileRow[];
  observation_count: number;
  designations: FoundObject[];
  problems: FileProblem[];
  problem_count: number;
  error_count: number;
}

interface Asked {
  /** The draft that the file would go into; null: a new request. */
  requestId: number | null;
  content: string;
  /** The one object to take; empty: all. */
  designation: string;
  /** Stands for what the draft holds: another one is another question. */
  draftState: string;
  enabled: boolean;
}

/** Reads a file without saving anything. */
export function useReadFile({ requestId, content, designation, draftState, enabled }: Asked) {
  return useQuery({
    queryKey: ["intake", requestId, draftState, designation, content],
    queryFn: ({ signal }) => postText<ReadFile>(previewPath(requestId, designation), content, signal),
    enabled,
    staleTime: Infinity,
    gcTime: 60_000,
    placeholderData: keepPreviousData,
  });
}

/** Appends the file to a draft: all of it, or nothing. */
export function useImportFile(requestId: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ content, designation }: { content: string; designation: string }) =>
      postText<ReadFile>(`/api/requests/${requestId}/import${queryString({ designation })}`, content),
    onSuccess: async () => {
      client.removeQueries({ queryKey: ["intake", requestId] });
      void client.invalidateQueries({ queryKey: listsKey });
      await client.invalidateQueries({ queryKey: requestKey(requestId) });
    },
  });
}

function previewPath(requestId: number | null, designation: string): string {
  if (requestId === null) return `/api/observations/parse${queryString({ designation })}`;
  return `/api/requests/${requestId}/import${queryString({ dry_run: "true", designation })}`;
}

/** What is in a file of observations, asked of the server before anything is saved. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Api } from "@/lib/api-types.ts";
import { createFromText, postText, queryString } from "@/lib/http.ts";
import { listsKey, requestKey } from "./api.ts";

/** A problem of a file; line and columns from 1, the last one included, 0: the whole file, or the whole line. */
export type FileProblem = Api<"FileProblemOutput">;

/** An observation of a file, and where it stands there. */
export type FileRow = Api<"ImportedObservationOutput">;

export type FoundObject = Api<"FoundObjectOutput">;

/** What was understood of a file; the counts are true however many are listed. */
export type ReadFile = Api<"ImportOutput">;

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
      createFromText<ReadFile>(`/api/requests/${requestId}/import${queryString({ designation })}`, content),
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

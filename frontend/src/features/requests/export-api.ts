/** A request as a file. Fetched and not followed as a link: so a session that has ended is noticed and said. */
import { useMutation } from "@tanstack/react-query";
import { getFile } from "@/lib/http.ts";
import { saveFile } from "@/lib/save-file.ts";

export const EXPORT_KINDS = ["csv", "json", "psv"] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];

export function useExport(requestId: number) {
  return useMutation({
    mutationFn: (kind: ExportKind) => getFile(`/api/requests/${requestId}/export/${kind}`),
    onSuccess: ({ content, name }) => saveFile(content, name),
  });
}

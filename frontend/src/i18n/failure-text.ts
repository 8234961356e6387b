import { ApiError, type FieldError } from "@/lib/http.ts";
import type { Dictionary } from "./en.ts";

/** A failure in words: the dictionary's where it has the reason, the server's own otherwise. */
export function failureText(text: Dictionary, error: unknown): string {
  if (!(error instanceof ApiError)) return text.common.failed;
  return text.reasons[error.reason] ?? error.message;
}

export function fieldErrorText(text: Dictionary, error: FieldError): string {
  return text.reasons[error.reason] ?? error.message;
}

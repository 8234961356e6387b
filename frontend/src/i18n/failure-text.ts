import { ApiError, type FieldError } from "@/lib/http.ts";
import type { Dictionary } from "./en.ts";

/** A failure in words: the dictionary's where it has the reason, the server's own otherwise. */
export function failureText(text: Dictionary, error: unknown): string {
  if (!(error instanceof ApiError)) return text.common.failed;
  const known = text.reasons[error.reason];
  if (known === undefined) return error.message;
  const wait = error.values["retry_after_s"];
  return typeof wait === "number" ? `${known} ${text.common.tryAgainIn(wait)}` : known;
}

export function fieldErrorText(text: Dictionary, error: FieldError): string {
  return text.reasons[error.reason] ?? error.message;
}

/** A refused field where no input stands for it: its name goes before the words. */
export function namedFieldErrorText(text: Dictionary, error: FieldError): string {
  const name = error.path === "observations" ? text.request.observations : error.path;
  return [name, fieldErrorText(text, error)].filter(Boolean).join(": ");
}

/** A failure and the fields that it names but does not quote, where there is no form to mark them in. */
export function wholeFailureText(text: Dictionary, error: unknown): string {
  const whole = failureText(text, error);
  const fields = error instanceof ApiError ? error.fieldErrors : [];
  const unsaid = fields.filter((item) => !whole.includes(fieldErrorText(text, item)));
  return [whole, ...unsaid.map((item) => namedFieldErrorText(text, item))].map(sentence).join(" ");
}

/** With a stop at its end, so that another sentence can follow. */
export function sentence(words: string): string {
  return words === "" || /[.!?…]$/.test(words) ? words : `${words}.`;
}

/** JSON over fetch; every failure is an ApiError with the stable reason of its problem+json body (RFC 9457). */

import { newId } from "./new-id.ts";

export interface FieldError {
  path: string;
  reason: string;
  message: string;
}

interface ProblemBody {
  reason?: string;
  title?: string;
  detail?: string;
  errors?: FieldError[];
  [value: string]: unknown;
}

interface ApiErrorInit {
  status: number;
  reason: string;
  detail: string;
  fieldErrors?: readonly FieldError[];
  values?: Readonly<Record<string, unknown>>;
}

/** The server could not be asked at all; a word of this client, not of the contract. */
export const UNREACHABLE = "UNREACHABLE";

export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly reason: string;
  readonly fieldErrors: readonly FieldError[];
  /** All members of the problem: some reasons come with values of their own. */
  readonly values: Readonly<Record<string, unknown>>;

  constructor(init: ApiErrorInit) {
    super(init.detail);
    this.status = init.status;
    this.reason = init.reason;
    this.fieldErrors = init.fieldErrors ?? [];
    this.values = init.values ?? {};
  }
}

/** An answer and the tag that stands for this state of it. */
export interface Tagged<T> {
  body: T;
  etag: string | null;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export async function send<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await ask(path, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  });
  if (!response.ok) throw await toApiError(response);
  return (response.status === 204 ? undefined : await readJson(response)) as T;
}

/** POST of a text as it is; the answer is JSON. */
export async function postText<T>(path: string, content: string, signal?: AbortSignal): Promise<T> {
  const response = await ask(path, { method: "POST", headers: TEXT, body: content, ...(signal && { signal }) });
  if (!response.ok) throw await toApiError(response);
  return (await readJson(response)) as T;
}

/** POST that creates: sent again after no answer came, it is the same call to the server. */
export function create<T>(path: string, body: unknown): Promise<T> {
  return once(path, { Accept: "application/json", "Content-Type": "application/json" }, JSON.stringify(body));
}

/** As `create`, of a text as it is. */
export function createFromText<T>(path: string, content: string): Promise<T> {
  return once(path, TEXT, content);
}

const TEXT = { Accept: "application/json", "Content-Type": "text/plain; charset=utf-8" };

/** Keys of calls that may have had their effect although no answer came. */
const unanswered = new Map<string, string>();

async function once<T>(path: string, headers: Record<string, string>, body: string): Promise<T> {
  const call = `${path}\n${body}`;
  const key = unanswered.get(call) ?? `"${newId()}"`;
  unanswered.set(call, key);
  const response = await ask(path, { method: "POST", headers: { ...headers, "Idempotency-Key": key }, body });
  const answer = response.ok ? ((await readJson(response)) as T) : await toApiError(response);
  const mayHaveHadItsEffect = response.status >= 500 || (answer instanceof ApiError && answer.reason === RUNNING);
  if (!mayHaveHadItsEffect) unanswered.delete(call);
  if (answer instanceof ApiError) throw answer;
  return answer;
}

const RUNNING = "IDEMPOTENCY_KEY_RUNNING";

/** GET of a plain text. */
export async function getText(path: string, signal?: AbortSignal): Promise<string> {
  const response = await ask(path, { headers: { Accept: "text/plain" }, ...(signal && { signal }) });
  if (!response.ok) throw await toApiError(response);
  try {
    return await response.text();
  } catch (cause) {
    throw unreachable(cause);
  }
}

/** GET of a file, under the name that the server gives it. */
export async function getFile(path: string): Promise<{ content: Blob; name: string }> {
  const response = await ask(path, {});
  if (!response.ok) throw await toApiError(response);
  const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
  try {
    return { content: await response.blob(), name: name ?? path.slice(path.lastIndexOf("/") + 1) };
  } catch (cause) {
    throw unreachable(cause);
  }
}

/** GET that costs one header when nothing changed: a 304 hands `known` back, the very same object. */
export async function getTagged<T>(path: string, known?: Tagged<T>, signal?: AbortSignal): Promise<Tagged<T>> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (known?.etag) headers["If-None-Match"] = known.etag;
  const response = await ask(path, { headers, ...(signal && { signal }) });
  if (response.status === 304 && known) return known;
  if (!response.ok) throw await toApiError(response);
  return { body: (await readJson(response)) as T, etag: response.headers.get("ETag") };
}

/** `?a=1&a=2&b=x`, leaving out what is empty. */
export function queryString(values: Record<string, string | number | readonly string[] | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const item of Array.isArray(value) ? (value as string[]) : [value as string | number | undefined]) {
      if (item !== undefined && item !== "") search.append(name, String(item));
    }
  }
  const text = search.toString();
  return text && `?${text}`;
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { credentials: "same-origin", ...init });
  } catch (cause) {
    throw unreachable(cause);
  }
}

/** What the caller gave up stays an AbortError. */
function unreachable(cause: unknown): unknown {
  if (cause instanceof DOMException && cause.name === "AbortError") return cause;
  return new ApiError({ status: 0, reason: UNREACHABLE, detail: "The server cannot be reached." });
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw new ApiError({ status: response.status, reason: "INTERNAL", detail: "The answer could not be read." });
  }
}

async function toApiError(response: Response): Promise<ApiError> {
  const problem = await readProblem(response);
  return new ApiError({
    status: response.status,
    reason: problem.reason ?? (response.status >= 502 && response.status <= 504 ? "UNAVAILABLE" : "INTERNAL"),
    detail: problem.detail ?? problem.title ?? `The server answered ${response.status}.`,
    fieldErrors: problem.errors ?? [],
    values: problem,
  });
}

async function readProblem(response: Response): Promise<ProblemBody> {
  try {
    const body: unknown = await response.json();
    return typeof body === "object" && body !== null ? (body as ProblemBody) : {};
  } catch {
    return {}; // a proxy's own page
  }
}

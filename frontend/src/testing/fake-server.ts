/** A server in memory behind `fetch`: enough of main_api's manners for the components' tests. */
import { vi } from "vitest";

export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: unknown;
}

export interface Answer {
  status?: number;
  body?: unknown;
  /** In place of a body in JSON. */
  text?: string;
  etag?: string;
}

type Handler = (call: Call) => Answer;

export class FakeServer {
  readonly calls: Call[] = [];
  private readonly handlers = new Map<string, Handler>();

  constructor() {
    vi.stubGlobal("fetch", (path: string, init?: RequestInit) => this.answer(path, init));
  }

  /** `on("PUT /api/requests/1/complete", …)`; a later one replaces an earlier one. */
  on(call: string, handler: Handler | Answer): this {
    this.handlers.set(call, typeof handler === "function" ? handler : () => handler);
    return this;
  }

  signIn(role: "observer" | "moderator"): this {
    return this.on("GET /api/auth/me", { body: { id: 1, username: role, role } });
  }

  /** The calls made to `PUT /api/…`, the first one first. */
  made(call: string): Call[] {
    return this.calls.filter(({ method, path }) => `${method} ${path}` === call);
  }

  private answer(address: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address, "http://portal.test");
    const headers = new Headers(init.headers);
    const isJson = headers.get("Content-Type") === "application/json";
    const call: Call = {
      method: init.method ?? "GET",
      path: url.pathname,
      query: url.searchParams,
      headers,
      body: isJson ? JSON.parse(init.body as string) : init.body,
    };
    this.calls.push(call);
    const handler = this.handlers.get(`${call.method} ${call.path}`);
    if (!handler) return Promise.resolve(toResponse(problem(404, "NOT_FOUND", "There is no such thing.")));
    let answer: Answer;
    try {
      answer = handler(call);
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new TypeError("Failed to fetch")); // a connection that is cut
    }
    const unchanged = answer.etag !== undefined && call.headers.get("If-None-Match") === answer.etag;
    return Promise.resolve(unchanged ? new Response(null, { status: 304 }) : toResponse(answer));
  }
}

/** An answer as RFC 9457 and DESIGN.md section 4 want it. */
export function problem(status: number, reason: string, detail: string, errors?: unknown[]): Answer {
  return { status, body: { type: "about:blank", title: "Refused", status, reason, detail, ...(errors && { errors }) } };
}

function toResponse({ status = 200, body, text, etag }: Answer): Response {
  if (text !== undefined) return new Response(text, { status, headers: { "Content-Type": "text/plain" } });
  const headers: Record<string, string> = { "Content-Type": "application/json", ...(etag && { ETag: etag }) };
  return new Response(status === 204 ? null : JSON.stringify(body), { status, headers });
}

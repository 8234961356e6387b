import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { endSession } from "@/features/session/api.ts";
import { ApiError } from "@/lib/http.ts";

/** Where answers are kept; one that says that the session has ended ends it here, too. */
export function createQueryClient(): QueryClient {
  const watch = (error: unknown) => {
    if (error instanceof ApiError && error.status === 401 && error.reason !== "WRONG_CREDENTIALS")
      endSession(client, "expired");
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: watch }),
    mutationCache: new MutationCache({ onError: watch }),
    defaultOptions: {
      // Without a network a question fails at once and says so, instead of waiting without a word.
      queries: {
        ...{ retry: mayRetry, staleTime: 1_000, networkMode: "always" },
        ...{ refetchOnWindowFocus: true, refetchOnReconnect: true },
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
  return client;
}

/** What the server refused stays refused; only silence and its own faults are worth a second try. */
function mayRetry(failureCount: number, error: unknown): boolean {
  return failureCount < 1 && !(error instanceof ApiError && error.status >= 400 && error.status < 500);
}

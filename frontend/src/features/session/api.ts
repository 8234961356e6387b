import {
  queryOptions,
  skipToken,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryClient,
} from "@tanstack/react-query";
import { ApiError, send } from "@/lib/http.ts";
import type { User } from "@/lib/session.tsx";

export interface Credentials {
  username: string;
  password: string;
}

/** How the last session ended: by its user or by the server. */
type Ending = "left" | "expired";

const sessionKey = ["session"] as const;
const endingKey = ["session", "ending"] as const;

/** Whose texts this tab keeps: an expired session loses nothing, but only for the same person. */
const KEPT_FOR = "astrodist-user";

const session = queryOptions({
  queryKey: sessionKey,
  queryFn: ({ client }) => getSession(client),
  staleTime: 60_000,
});

/** Who is signed in; null: nobody. */
export function useSession() {
  return useQuery(session);
}

/** Asks who is signed in before there is anything to draw. */
export function prefetchSession(client: QueryClient): void {
  client.query(session).catch(() => undefined); // whoever needs the answer asks again
}

export function useSignIn() {
  return useEnter((credentials: Credentials) => send<User>("POST", "/api/auth/login", credentials));
}

export function useRegister() {
  return useEnter((credentials: Credentials) => send<User>("POST", "/api/auth/register", credentials));
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => send<undefined>("POST", "/api/auth/logout"),
    onSuccess: () => {
      sessionStorage.clear();
      endSession(client, "left");
    },
  });
}

/** How this page's last session ended; null: there was none. */
export function useEnding(): Ending | null {
  return useQuery<Ending>({ queryKey: endingKey, queryFn: skipToken }).data ?? null;
}

/** Nobody's data may stay in the cache for the next one who signs in at this screen. */
export function endSession(client: QueryClient, ending: Ending): void {
  client.setQueryData<Ending>(endingKey, ending);
  client.setQueryData(sessionKey, null);
  removeRows(client);
}

function removeRows(client: QueryClient): void {
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionKey[0] });
}

/** Where somebody else is signed in than before, also by another tab, nothing of the one before stays here. */
function receive(client: QueryClient, user: User): void {
  const keptFor = sessionStorage.getItem(KEPT_FOR);
  if (keptFor !== null && keptFor !== String(user.id)) {
    sessionStorage.clear();
    removeRows(client);
  }
  sessionStorage.setItem(KEPT_FOR, String(user.id));
}

function useEnter(enter: (credentials: Credentials) => Promise<User>) {
  const client = useQueryClient();
  return useMutation({
    // Register may or may not open a session by itself; who is signed in is asked of the server alone.
    mutationFn: async (credentials: Credentials) => {
      await enter(credentials);
      return getSession(client);
    },
    onSuccess: (user) => client.setQueryData(sessionKey, user),
  });
}

async function getSession(client: QueryClient): Promise<User | null> {
  try {
    const user = await send<User>("GET", "/api/auth/me");
    receive(client, user);
    return user;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

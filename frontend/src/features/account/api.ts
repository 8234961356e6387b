import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { send } from "@/lib/http.ts";

export interface PasswordChange {
  current_password: string;
  new_password: string;
}

export interface Token {
  id: number;
  created_at: string;
  last_used_at: string;
  expires_at: string;
}

const tokens = queryOptions({
  queryKey: ["account", "tokens"],
  queryFn: async ({ signal }) =>
    (await send<{ results: Token[] }>("GET", "/api/auth/tokens", undefined, signal)).results,
});

/** One's own tokens, the newest first. What they are, the server does not know. */
export function useTokens() {
  return useQuery(tokens);
}

/** A new password; the server ends all other sessions and all tokens with it. */
export function useChangePassword() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: PasswordChange) => send<undefined>("POST", "/api/auth/password", change),
    onSuccess: () => client.setQueryData(tokens.queryKey, []),
  });
}

/** Revokes one token; without its id, all. */
export function useRevoke() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number | null) =>
      send<undefined>("DELETE", id === null ? "/api/auth/token" : `/api/auth/tokens/${id}`),
    onSettled: () => client.invalidateQueries({ queryKey: tokens.queryKey }),
  });
}

/** The parts of an address that every list keeps there in the same way. */
import { useCallback, useMemo } from "react";
import { useSearchParams } from "wouter";

/** The page, from 1 on, whatever somebody typed into the address. */
export function readPage(params: URLSearchParams): number {
  return Math.max(1, Math.floor(Number(params.get("page") ?? "1")) || 1);
}

/** The parameters of a state, by their names in the address; what is empty, and the first page, is left out. */
export function writeParams<Key extends string>(
  names: Record<Key, string>,
  state: Record<NoInfer<Key>, string> & { page: number },
): URLSearchParams {
  const params = new URLSearchParams();
  for (const key of Object.keys(names) as Key[]) {
    if (state[key]) params.set(names[key], state[key]);
  }
  if (state.page > 1) params.set("page", String(state.page));
  return params;
}

/** The state in the address, and a change to it; changing a filter starts at the first page again. */
export function useListParams<State extends { page: number }>(
  read: (params: URLSearchParams) => State,
  write: (state: State) => URLSearchParams,
): [State, (change: Partial<State>) => void] {
  const [params, setParams] = useSearchParams();
  const state = useMemo(() => read(params), [read, params]);
  const change = useCallback(
    (part: Partial<State>) =>
      setParams((current) => write({ ...read(current), page: 1, ...part }), {
        replace: part.page === undefined,
      }),
    [read, write, setParams],
  );
  return [state, change];
}

/** A moderator's list: loaded whole once, then kept by asking for what has changed since. */
import { getTagged, queryString, type Tagged } from "@/lib/http.ts";
import type { ListState } from "./list-state.ts";
import type { RequestPage, RequestRow } from "./types.ts";

/** What the backend filters; the creator is picked out here. */
export type BackendFilters = Pick<ListState, "status" | "formedAfter" | "formedBefore" | "search">;

export interface WholeList {
  rows: readonly RequestRow[];
  /** The latest change seen anywhere, also in rows that the filters leave out; null: there were no rows at all. */
  changedAt: string | null;
  /** When all of it was read, by this browser's clock, ms. */
  loadedAt: number;
  /** The last answer about changes, with its tag. */
  changes: { path: string; page: Tagged<RequestPage> } | null;
}

const PAGE_SIZE = 1_000;
/** A row's time of change is taken before it is committed, so that rows can come in late. */
const OVERLAP_MS = 10_000;
/** What changes do not tell (a renamed user, a row removed by hand) is seen after this time. */
const RELOAD_MS = 10 * 60_000;
/** Rows that leave the filter while pages are read let others slip between two of them. */
const LOAD_ATTEMPTS = 3;

/** The list as it is now, with as little asked as possible; the very same where nothing changed. `read` tells what is
 * known, at the end once more: rows may be taken in while the answer is on its way. */
export async function getWholeList(
  filters: BackendFilters,
  read: () => WholeList | undefined,
  signal: AbortSignal,
  now = Date.now(),
): Promise<WholeList> {
  const known = read();
  const path = known && changesPath(filters, known.changedAt);
  if (!known || !path || now - known.loadedAt > RELOAD_MS) return loadWhole(filters, signal, now);
  const before = known.changes?.path === path ? known.changes.page : undefined;
  const first = await getTagged<RequestPage>(path, before, signal);
  if (first === before) return read() ?? known;
  const rest = await getOtherPages(path, first.body.count, signal);
  const changed = [first, ...rest].flatMap((page) => page.body.results);
  return {
    ...known,
    rows: withChanges((read() ?? known).rows, changed, filters.status),
    changedAt: latestChange(known.changedAt, changed),
    changes: { path, page: first },
  };
}

/** Rows that changed take their place, enter, or leave when their status is no longer the one asked for. What is
 * older than the known row was on its way when that came. */
export function withChanges(
  rows: readonly RequestRow[],
  changed: readonly RequestRow[],
  status: BackendFilters["status"],
): readonly RequestRow[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  let different = false;
  for (const row of changed) {
    const known = byId.get(row.id);
    const wanted = status === "" || row.status === status;
    if (known ? isSame(known, row) || isOlder(row, known) : !wanted) continue;
    different = true;
    if (wanted) byId.set(row.id, row);
    else byId.delete(row.id);
  }
  return different ? [...byId.values()] : rows;
}

/** A row of which the server told outside of the list; an unknown one waits for the next look at the changes. */
export function withRow(list: WholeList, row: RequestRow, status: BackendFilters["status"]): WholeList {
  if (!list.rows.some(({ id }) => id === row.id)) return list;
  return { ...list, rows: withChanges(list.rows, [row], status) };
}

/** What changed since, without the status: rows also leave the view. Null: there is nothing to count from. */
function changesPath(filters: BackendFilters, changedAt: string | null): string | null {
  if (changedAt === null) return null;
  const updatedAfter = new Date(Date.parse(changedAt) - OVERLAP_MS).toISOString();
  // The newest first: where there is more than a page, its tag tells of all.
  return pagePath(
    { ...filters, status: "" },
    { updated_after: updatedAfter, ordering: "-updated_at", page_size: PAGE_SIZE },
  );
}

async function loadWhole(filters: BackendFilters, signal: AbortSignal, loadedAt: number): Promise<WholeList> {
  const latest = pagePath(null, { ordering: "-updated_at", page_size: 1 });
  const path = pagePath(filters, { page_size: PAGE_SIZE });
  for (let attempt = 1; ; attempt++) {
    const [newest, first] = await Promise.all([
      getTagged<RequestPage>(latest, undefined, signal),
      getTagged<RequestPage>(path, undefined, signal),
    ]);
    const rest = await getOtherPages(path, first.body.count, signal);
    const pages = [first, ...rest];
    const rows = new Map(pages.flatMap((page) => page.body.results).map((row) => [row.id, row]));
    const steady = rest.length === 0 || pages.every((page) => page.body.count === rows.size);
    if (steady || attempt === LOAD_ATTEMPTS) {
      const changedAt = newest.body.results[0]?.updated_at ?? null;
      return { rows: [...rows.values()], changedAt, loadedAt, changes: null };
    }
  }
}

function getOtherPages(path: string, count: number, signal: AbortSignal): Promise<Tagged<RequestPage>[]> {
  const others = Array.from({ length: Math.max(0, Math.ceil(count / PAGE_SIZE) - 1) }, (_, index) => index + 2);
  return Promise.all(others.map((page) => getTagged<RequestPage>(`${path}&page=${page}`, undefined, signal)));
}

/** The address of a list with these filters. */
export function pagePath(filters: BackendFilters | null, others: Record<string, string | number>): string {
  const query = queryString({
    status: filters?.status,
    formed_after: filters?.formedAfter,
    formed_before: filters?.formedBefore,
    search: filters?.search,
    ...others,
  });
  return `/api/requests${query}`;
}

function latestChange(known: string | null, rows: readonly RequestRow[]): string | null {
  return rows.reduce<string | null>(
    (latest, { updated_at }) => (latest === null || Date.parse(updated_at) > Date.parse(latest) ? updated_at : latest),
    known,
  );
}

const isOlder = (row: RequestRow, known: RequestRow) => Date.parse(row.updated_at) < Date.parse(known.updated_at);

/** Rows are flat: the overlap brings the same ones again and again, which must not draw anything anew. */
function isSame(one: RequestRow, other: RequestRow): boolean {
  return (Object.keys(other) as (keyof RequestRow)[]).every((key) => one[key] === other[key]);
}

import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { Link } from "wouter";
import { DataAge } from "@/components/data-age.tsx";
import { FailurePanel } from "@/components/failure-panel.tsx";
import { Icon } from "@/components/icon.tsx";
import { PageTitle } from "@/components/page-title.tsx";
import { useText } from "@/i18n/language.tsx";
import { ApiError } from "@/lib/http.ts";
import { useUser } from "@/lib/session.tsx";
import { BatchBar } from "./list-batch-bar.tsx";
import { NoRows } from "./list-empty.tsx";
import { ListFilters } from "./list-filters.tsx";
import { ListFoot } from "./list-foot.tsx";
import { hasFilters, RESET, useListState, type ListState } from "./list-state.ts";
import { ListTable } from "./list-table.tsx";
import { useRequestList, type RequestList } from "./use-request-list.ts";
import classes from "./list.module.css";

/** The requests that the user may see: filtered, sorted, paged and kept fresh. */
export function ListPage() {
  const text = useText();
  const moderator = useUser().role === "moderator";
  const [state, change] = useListState();
  const list = useRequestList(state);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end">
        <div>
          <PageTitle>{text.list.title}</PageTitle>
          <Text c="dimmed">{moderator ? text.list.subtitleModerator : text.list.subtitleObserver}</Text>
        </div>
        {!moderator && <NewRequestButton />}
      </Group>
      <ListFilters state={state} change={change} creators={list.creators} />
      <ListBody list={list} state={state} change={change} />
    </Stack>
  );
}

interface ListBodyProps {
  list: RequestList;
  state: ListState;
  change: (part: Partial<ListState>) => void;
}

function ListBody({ list, state, change }: ListBodyProps) {
  const text = useText();
  const moderator = useUser().role === "moderator";
  const reset = () => change(RESET);
  if (list.rows === undefined) {
    // The page in the address may have gone since: its rows moved up.
    if (list.error instanceof ApiError && list.error.status === 404 && state.page > 1) {
      return <NoRows filtered reset={reset} />;
    }
    return list.error ? (
      <FailurePanel title={text.list.loadFailed} error={list.error} onRetry={list.refetch} />
    ) : (
      <ListSkeleton />
    );
  }
  return (
    <>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" aria-live="polite">
          {text.list.count(list.count)}
        </Text>
        <DataAge updatedAt={list.updatedAt} failing={list.error !== null} onRefresh={list.refetch} />
      </Group>
      {list.rows.length === 0 ? (
        <NoRows filtered={hasFilters(state) || state.page > 1} reset={reset} />
      ) : (
        <div className={list.outdated ? classes.outdated : undefined} aria-busy={list.outdated}>
          <ListTable rows={list.rows} ordering={state.ordering} onOrdering={(ordering) => change({ ordering })} />
        </div>
      )}
      {moderator && <BatchBar matching={list.matching} />}
      <ListFoot list={list} state={state} change={change} />
    </>
  );
}

function ListSkeleton() {
  const text = useText();
  return (
    <div className={classes.skeletons} role="status" aria-label={text.common.loading}>
      {[0, 1, 2, 3, 4].map((row) => (
        <Skeleton key={row} height={48} radius="md" />
      ))}
    </div>
  );
}

function NewRequestButton() {
  const text = useText();
  return (
    <Button component={Link} to="/requests/new" leftSection={<Icon name="plus" size={16} />}>
      {text.list.newRequest}
    </Button>
  );
}

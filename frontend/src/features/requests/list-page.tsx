import { Button, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { Link } from "wouter";
import { DataAge } from "@/components/data-age.tsx";
import { FailurePanel } from "@/components/failure-panel.tsx";
import { Icon } from "@/components/icon.tsx";
import { MessagePanel } from "@/components/message-panel.tsx";
import { Pages } from "@/components/pages.tsx";
import { useText } from "@/i18n/language.tsx";
import { ApiError } from "@/lib/http.ts";
import { useUser } from "@/lib/session.tsx";
import { ListFilters } from "./list-filters.tsx";
import { hasFilters, NO_FILTERS, useListState, type ListState } from "./list-state.ts";
import { ListTable } from "./list-table.tsx";
import { useRequestList, type RequestList } from "./use-request-list.ts";
import classes from "./list.module.css";

/** The requests that the user may see: filtered, paged and kept fresh. */
export function ListPage() {
  const text = useText();
  const moderator = useUser().role === "moderator";
  const [state, change] = useListState();
  const list = useRequestList(state);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={1}>{text.list.title}</Title>
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
  if (list.rows === undefined) {
    // The page in the address may have gone since: its rows moved up.
    if (list.error instanceof ApiError && list.error.status === 404 && state.page > 1) {
      return <NoRows filtered reset={() => change(NO_FILTERS)} />;
    }
    return list.error ? (
      <FailurePanel title={text.list.loadFailed} error={list.error} onRetry={list.refetch} />
    ) : (
      <div className={classes.skeletons} role="status" aria-label={text.common.loading}>
        {[0, 1, 2, 3, 4].map((row) => (
          <Skeleton key={row} height={48} radius="md" />
        ))}
      </div>
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
        <NoRows filtered={hasFilters(state) || state.page > 1} reset={() => change(NO_FILTERS)} />
      ) : (
        <ListTable rows={list.rows} />
      )}
      <Pages count={list.pageCount} page={state.page} onPage={(page) => change({ page })} />
    </>
  );
}

function NoRows({ filtered, reset }: { filtered: boolean; reset: () => void }) {
  const text = useText();
  const moderator = useUser().role === "moderator";
  if (filtered) {
    return (
      <MessagePanel
        icon="search"
        title={text.list.noMatchTitle}
        action={
          <Button variant="default" onClick={reset}>
            {text.list.reset}
          </Button>
        }
      >
        {text.list.noMatchText}
      </MessagePanel>
    );
  }
  return (
    <MessagePanel icon="telescope" title={text.list.emptyTitle}>
      {moderator ? text.list.emptyModerator : text.list.emptyObserver}
    </MessagePanel>
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

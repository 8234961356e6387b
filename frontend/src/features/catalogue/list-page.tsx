import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { FailurePanel } from "@/components/failure-panel.tsx";
import { MessagePanel } from "@/components/message-panel.tsx";
import { PageTitle } from "@/components/page-title.tsx";
import { Pages } from "@/components/pages.tsx";
import { useText } from "@/i18n/language.tsx";
import { ApiError } from "@/lib/http.ts";
import { formatNumber } from "@/lib/quantity.ts";
import { useVisitor } from "@/lib/session.tsx";
import { useAsteroids } from "./api.ts";
import { ListFilters } from "./list-filters.tsx";
import { hasFilters, NO_FILTERS, useListState, usePageSize, type ListState } from "./list-state.ts";
import { ListTable } from "./list-table.tsx";
import { sourceText } from "./source-text.ts";
import { SyncPanel } from "./sync-panel.tsx";

/** The known asteroids, for everybody. */
export default function ListPage() {
  const text = useText();
  const [state, change] = useListState();
  const moderator = useVisitor()?.role === "moderator";
  return (
    <Stack gap="md">
      <div>
        <PageTitle>{text.catalogue.title}</PageTitle>
        <Text c="dimmed">{text.catalogue.subtitle}</Text>
      </div>
      {moderator && <SyncPanel />}
      <ListFilters state={state} change={change} />
      <ListBody state={state} change={change} />
    </Stack>
  );
}

interface ListBodyProps {
  state: ListState;
  change: (part: Partial<ListState>) => void;
}

function ListBody({ state, change }: ListBodyProps) {
  const text = useText();
  const pageSize = usePageSize();
  const list = useAsteroids(state, pageSize);
  // The page in the address may have gone since: its rows moved up.
  const gone = list.error instanceof ApiError && list.error.status === 404 && state.page > 1;
  if (gone) return <NoRows filtered reset={() => change(NO_FILTERS)} />;
  if (list.error) {
    return <FailurePanel title={text.catalogue.loadFailed} error={list.error} onRetry={() => void list.refetch()} />;
  }
  if (!list.data) {
    return (
      <Stack gap={10} role="status" aria-label={text.common.loading}>
        {[0, 1, 2, 3, 4].map((row) => (
          <Skeleton key={row} height={44} radius="md" />
        ))}
      </Stack>
    );
  }
  const { count, results } = list.data;
  if (results.length === 0) return <NoRows filtered={hasFilters(state)} reset={() => change(NO_FILTERS)} />;
  return (
    <>
      <Text size="sm" c="dimmed" aria-live="polite">
        {text.catalogue.count(count, formatNumber(count, text.locale, 0))}
      </Text>
      <ListTable rows={results} />
      <Pages count={Math.ceil(count / pageSize)} page={state.page} onPage={(page) => change({ page })} />
      <Text size="xs" c="dimmed">
        {sourceText(text, results)}
      </Text>
    </>
  );
}

function NoRows({ filtered, reset }: { filtered: boolean; reset: () => void }) {
  const text = useText();
  const { catalogue: words } = text;
  if (!filtered) {
    return (
      <MessagePanel icon="telescope" title={words.emptyTitle}>
        {words.emptyText}
      </MessagePanel>
    );
  }
  return (
    <MessagePanel
      icon="search"
      title={words.noMatchTitle}
      action={
        <Button variant="default" onClick={reset}>
          {text.list.reset}
        </Button>
      }
    >
      {words.noMatchText}
    </MessagePanel>
  );
}

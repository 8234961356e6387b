import { Alert, Button, Center, Skeleton, Stack, Text } from "@mantine/core";
import { FailurePanel } from "@/components/failure-panel.tsx";
import { LineAlert } from "@/components/line-state.tsx";
import { LiveHead } from "@/components/live-head.tsx";
import { MessagePanel } from "@/components/message-panel.tsx";
import { useText } from "@/i18n/language.tsx";
import { rowsOf } from "@/lib/calculation-rows.ts";
import { useUser } from "@/lib/session.tsx";
import { useCalculations } from "./api.ts";
import { ListFilters } from "./list-filters.tsx";
import { useFilters, type Filters } from "./list-state.ts";
import { ListTable } from "./list-table.tsx";

/** Everything the calculation service was asked for; for moderators. */
export default function ListPage() {
  const text = useText();
  if (useUser().role === "moderator") return <Calculations />;
  return (
    <MessagePanel icon="info" title={text.calculations.forbiddenTitle} page>
      {text.calculations.forbiddenText}
    </MessagePanel>
  );
}

function Calculations() {
  const { calculations: words } = useText();
  const [filters, change] = useFilters();
  const { list, line } = useCalculations(filters);
  return (
    <Stack gap="md">
      <LiveHead title={words.title} subtitle={words.subtitle} line={line} list={list} />
      <ListFilters filters={filters} change={change} />
      <LineAlert line={line} />
      <ListBody list={list} filters={filters} reset={() => change({ kind: "", state: "" })} />
    </Stack>
  );
}

interface ListBodyProps {
  list: ReturnType<typeof useCalculations>["list"];
  filters: Filters;
  reset: () => void;
}

function ListBody({ list, filters, reset }: ListBodyProps) {
  const text = useText();
  const { calculations: words } = text;
  if (!list.data) {
    return list.error ? (
      <FailurePanel title={words.loadFailed} error={list.error} onRetry={() => void list.refetch()} />
    ) : (
      <Stack gap={10} role="status" aria-label={text.common.loading}>
        {[0, 1, 2, 3, 4].map((row) => (
          <Skeleton key={row} height={48} radius="md" />
        ))}
      </Stack>
    );
  }
  const rows = rowsOf(list.data);
  if (rows.length === 0) return <NoRows filtered={filters.kind !== "" || filters.state !== ""} reset={reset} />;
  return (
    <>
      <Text size="sm" c="dimmed" aria-live="polite">
        {words.shown(rows.length)}
      </Text>
      <ListTable rows={rows} />
      {list.isFetchNextPageError && <Alert color="red">{words.olderFailed}</Alert>}
      {list.hasNextPage && (
        <Center>
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {words.older}
          </Button>
        </Center>
      )}
    </>
  );
}

function NoRows({ filtered, reset }: { filtered: boolean; reset: () => void }) {
  const { calculations: words } = useText();
  const action = filtered ? (
    <Button variant="default" onClick={reset}>
      {words.reset}
    </Button>
  ) : undefined;
  return (
    <MessagePanel icon="search" title={filtered ? words.noMatchTitle : words.emptyTitle} action={action}>
      {filtered ? words.noMatchText : words.emptyText}
    </MessagePanel>
  );
}

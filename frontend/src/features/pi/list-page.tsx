import { Alert, Button, Center, Skeleton, Stack } from "@mantine/core";
import { FailurePanel } from "@/components/failure-panel.tsx";
import { MessagePanel } from "@/components/message-panel.tsx";
import { useText } from "@/i18n/language.tsx";
import { usePiList } from "./api.ts";
import { LineAlert } from "@/components/line-state.tsx";
import { LiveHead } from "@/components/live-head.tsx";
import { ListTable } from "./list-table.tsx";
import { NewForm } from "./new-form.tsx";
import { rowsOf } from "@/lib/calculation-rows.ts";
import { useLivePi } from "./use-live-pi.ts";
import classes from "./pi.module.css";

/** Everybody's calculations of pi, as they go, and a field to ask for another digit. */
export default function ListPage() {
  const text = useText();
  const line = useLivePi();
  const list = usePiList(line);
  return (
    <Stack gap="md">
      <LiveHead title={text.pi.title} subtitle={text.pi.subtitle} line={line} list={list} />
      <NewForm />
      <LineAlert line={line} />
      <ListBody list={list} />
    </Stack>
  );
}

function ListBody({ list }: { list: ReturnType<typeof usePiList> }) {
  const text = useText();
  if (!list.data) {
    return list.error ? (
      <FailurePanel title={text.pi.loadFailed} error={list.error} onRetry={() => void list.refetch()} />
    ) : (
      <div className={classes.skeletons} role="status" aria-label={text.common.loading}>
        {[0, 1, 2, 3, 4].map((row) => (
          <Skeleton key={row} height={48} radius="md" />
        ))}
      </div>
    );
  }
  const rows = rowsOf(list.data);
  if (rows.length === 0) {
    return (
      <MessagePanel icon="search" title={text.pi.emptyTitle}>
        {text.pi.emptyText}
      </MessagePanel>
    );
  }
  return (
    <>
      <ListTable rows={rows} />
      {list.isFetchNextPageError && <Alert color="red">{text.pi.olderFailed}</Alert>}
      {list.hasNextPage && (
        <Center>
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {text.pi.older}
          </Button>
        </Center>
      )}
    </>
  );
}

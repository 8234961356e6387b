import { NativeSelect } from "@mantine/core";
import { Pages } from "@/components/pages.tsx";
import { useText } from "@/i18n/language.tsx";
import { useUser } from "@/lib/session.tsx";
import { ROW_CHOICES, type ListState, type RowChoice } from "./list-state.ts";
import type { RequestList } from "./use-request-list.ts";
import classes from "./list.module.css";

interface ListFootProps {
  list: RequestList;
  state: ListState;
  change: (part: Partial<ListState>) => void;
}

const FEW = 20;

/** The way to the other pages, and how many rows make one; a moderator can have all on one. */
export function ListFoot({ list, state, change }: ListFootProps) {
  const text = useText();
  const moderator = useUser().role === "moderator";
  if (list.count <= FEW) return null;
  const choices = ROW_CHOICES.filter((choice) => moderator || choice !== "all");
  return (
    <div className={classes.pages}>
      <NativeSelect
        size="xs"
        aria-label={text.requestList.rowsPerPage}
        value={state.rows}
        onChange={(event) => change({ rows: event.currentTarget.value as RowChoice })}
        data={choices.map((value) => ({
          value,
          label: `${text.requestList.rowsPerPage}: ${value === "all" ? text.requestList.allRows : value || FEW}`,
        }))}
      />
      <Pages count={list.pageCount} page={Math.min(state.page, list.pageCount)} onPage={(page) => change({ page })} />
    </div>
  );
}

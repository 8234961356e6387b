import { NativeSelect } from "@mantine/core";
import { DayInput } from "@/components/day-input.tsx";
import { FilterBar } from "@/components/filter-bar.tsx";
import { useText } from "@/i18n/language.tsx";
import { useUser } from "@/lib/session.tsx";
import { hasFilters, RESET, type ListState } from "./list-state.ts";
import type { RequestStatus } from "./types.ts";
import classes from "./list.module.css";

interface ListFiltersProps {
  state: ListState;
  change: (part: Partial<ListState>) => void;
  creators: readonly string[];
}

/** Days and status go to the backend; the creator is picked out of what came back. */
export function ListFilters({ state, change, creators }: ListFiltersProps) {
  const text = useText();
  const moderator = useUser().role === "moderator";
  // Drafts of others are nobody's business.
  const statuses: RequestStatus[] = [...(moderator ? [] : (["DRAFT"] as const)), "FORMED", "COMPLETED", "REJECTED"];
  // The creator in the address stays choosable while nobody of that name is in the set.
  const names = state.creator === "" || creators.includes(state.creator) ? creators : [state.creator, ...creators];
  return (
    <FilterBar
      label={text.list.filters}
      searchHint={moderator ? text.requestList.searchEverybody : text.list.searchHint}
      search={state.search}
      onSearch={(search) => change({ search })}
      filtered={hasFilters({ ...state, search: "" })}
      onReset={() => change(RESET)}
    >
      <NativeSelect
        label={text.list.status}
        value={state.status}
        onChange={(event) => change({ status: event.currentTarget.value as RequestStatus | "" })}
        data={[
          { value: "", label: text.list.anyStatus },
          ...statuses.map((status) => ({ value: status, label: text.status[status] })),
        ]}
      />
      {moderator && (
        <NativeSelect
          label={text.list.creator}
          value={state.creator}
          onChange={(event) => change({ creator: event.currentTarget.value })}
          data={[{ value: "", label: text.list.anyCreator }, ...names]}
        />
      )}
      <DayInput
        label={text.list.formedFrom}
        value={state.formedAfter}
        max={state.formedBefore}
        onDay={(formedAfter) => change({ formedAfter })}
      />
      <DayInput
        label={text.list.formedTo}
        value={state.formedBefore}
        min={state.formedAfter}
        onDay={(formedBefore) => change({ formedBefore })}
      />
      <OrderSelect ordering={state.ordering} onOrdering={(ordering) => change({ ordering })} />
    </FilterBar>
  );
}

/** The order where there is no head of a table to press. */
function OrderSelect({ ordering, onOrdering }: { ordering: string; onOrdering: (ordering: string) => void }) {
  const text = useText();
  const { columns } = text.list;
  const names = { designation: columns.designation, status: columns.status, formed_at: columns.formed };
  const choices = { ...names, updated_at: columns.changed, result_count: columns.results, verdict: columns.verdict };
  return (
    <NativeSelect
      className={classes.order}
      label={text.requestList.order}
      value={ordering}
      onChange={(event) => onOrdering(event.currentTarget.value)}
      data={[
        { value: "", label: text.requestList.newestFirst },
        ...Object.entries(choices).flatMap(([value, label]) => [
          { value, label: text.requestList.ascending(label) },
          { value: `-${value}`, label: text.requestList.descending(label) },
        ]),
      ]}
    />
  );
}

import { useEffect, useState } from "react";
import { Button, NativeSelect, Paper, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Icon } from "@/components/icon.tsx";
import { useText } from "@/i18n/language.tsx";
import { useUser } from "@/lib/session.tsx";
import { hasFilters, NO_FILTERS, type ListState } from "./list-state.ts";
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
  const statuses: RequestStatus[] = ["DRAFT", "FORMED", "COMPLETED", "REJECTED"];
  // The creator in the address stays choosable while nobody of that name is in the set.
  const names = state.creator === "" || creators.includes(state.creator) ? creators : [state.creator, ...creators];
  const filtered = hasFilters({ ...state, search: "" });
  const [unfolded, setUnfolded] = useState(filtered);
  return (
    <Paper
      withBorder
      p="md"
      role="search"
      aria-label={text.list.filters}
      className={classes.filters}
      data-folded={unfolded ? undefined : true}
    >
      <SearchInput key={state.search === "" ? "empty" : "typed"} value={state.search} change={change} />
      <Button
        variant="default"
        className={classes.toggle}
        aria-expanded={unfolded}
        onClick={() => setUnfolded(!unfolded)}
      >
        {text.list.filters}
      </Button>
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
      <TextInput
        type="date"
        label={text.list.formedFrom}
        value={state.formedAfter}
        max={state.formedBefore || undefined}
        onChange={(event) => change({ formedAfter: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label={text.list.formedTo}
        value={state.formedBefore}
        min={state.formedAfter || undefined}
        onChange={(event) => change({ formedBefore: event.currentTarget.value })}
      />
      <Button
        variant="subtle"
        style={{ visibility: hasFilters(state) ? "visible" : "hidden" }}
        onClick={() => change(NO_FILTERS)}
      >
        {text.list.reset}
      </Button>
    </Paper>
  );
}

function SearchInput({ value, change }: { value: string; change: (part: Partial<ListState>) => void }) {
  const text = useText();
  const [typed, setTyped] = useState(value);
  const [settled] = useDebouncedValue(typed, 300);
  useEffect(() => {
    if (settled.trim() !== value) change({ search: settled.trim() });
    // Only what is typed goes out; the address changing by other means must not send it again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [settled]);
  return (
    <TextInput
      type="search"
      label={text.list.search}
      placeholder={text.list.searchHint}
      leftSection={<Icon name="search" size={16} />}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      className={classes.search}
    />
  );
}

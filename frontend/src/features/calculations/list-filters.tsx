import { Button, NativeSelect, Paper } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import type { Filters } from "./list-state.ts";
import { KINDS, STATES } from "./types.ts";
import classes from "./calculations.module.css";

interface ListFiltersProps {
  filters: Filters;
  change: (part: Partial<Filters>) => void;
}

/** Kind and state, both picked out by the calculation service. */
export function ListFilters({ filters, change }: ListFiltersProps) {
  const { calculations: words } = useText();
  const filtered = filters.kind !== "" || filters.state !== "";
  return (
    <Paper withBorder p="md" role="search" aria-label={words.filters} className={classes.filters}>
      <NativeSelect
        label={words.kind}
        value={filters.kind}
        onChange={(event) => change({ kind: event.currentTarget.value as Filters["kind"] })}
        data={[
          { value: "", label: words.any },
          ...KINDS.map((value) => ({ value, label: words.kinds[value] ?? value })),
        ]}
      />
      <NativeSelect
        label={words.state}
        value={filters.state}
        onChange={(event) => change({ state: event.currentTarget.value as Filters["state"] })}
        data={[{ value: "", label: words.any }, ...STATES.map((value) => ({ value, label: words.states[value] }))]}
      />
      <Button
        variant="subtle"
        className={classes.reset}
        data-idle={filtered ? undefined : true}
        onClick={() => change({ kind: "", state: "" })}
      >
        {words.reset}
      </Button>
    </Paper>
  );
}

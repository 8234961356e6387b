import { NativeSelect } from "@mantine/core";
import { FilterBar } from "@/components/filter-bar.tsx";
import { useText } from "@/i18n/language.tsx";
import { hasFilters, NO_FILTERS, ORDERINGS, type ListState } from "./list-state.ts";
import { MagnitudeInput } from "./magnitude-input.tsx";
import classes from "./catalogue.module.css";

interface ListFiltersProps {
  state: ListState;
  change: (part: Partial<ListState>) => void;
}

/** All of them go to the backend. */
export function ListFilters({ state, change }: ListFiltersProps) {
  const { catalogue: words } = useText();
  const truths = [
    { value: "", label: words.any },
    { value: "true", label: words.yes },
    { value: "false", label: words.no },
  ];
  const filled = (value: string) => (value === "" ? "empty" : "typed");
  return (
    <FilterBar
      label={words.filters}
      searchHint={words.searchHint}
      search={state.search}
      onSearch={(search) => change({ search })}
      filtered={hasFilters({ ...state, search: "" })}
      onReset={() => change(NO_FILTERS)}
    >
      <NativeSelect
        label={words.orbitClass}
        className={classes.long}
        value={state.orbitClass}
        onChange={(event) => change({ orbitClass: event.currentTarget.value })}
        data={[
          { value: "", label: words.any },
          ...Object.entries(words.classes).map(([value, label]) => ({ value, label: `${label} (${value})` })),
        ]}
      />
      <NativeSelect
        label={words.neo}
        value={state.neo}
        onChange={(event) => change({ neo: event.currentTarget.value })}
        data={truths}
      />
      <NativeSelect
        label={words.pha}
        value={state.pha}
        onChange={(event) => change({ pha: event.currentTarget.value })}
        data={truths}
      />
      <MagnitudeInput
        key={`min ${filled(state.hMin)}`}
        label={words.hMin}
        value={state.hMin}
        onMagnitude={(hMin) => change({ hMin })}
      />
      <MagnitudeInput
        key={`max ${filled(state.hMax)}`}
        label={words.hMax}
        value={state.hMax}
        onMagnitude={(hMax) => change({ hMax })}
      />
      <NativeSelect
        label={words.ordering}
        className={classes.long}
        value={state.ordering}
        onChange={(event) => change({ ordering: event.currentTarget.value })}
        data={ORDERINGS.map((value) => ({ value, label: words.orderings[value] ?? value }))}
      />
    </FilterBar>
  );
}

import { useState, type ReactNode } from "react";
import { Button, Paper } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import { SearchInput } from "./search-input.tsx";
import classes from "./filter-bar.module.css";

interface FilterBarProps {
  label: string;
  searchHint: string;
  search: string;
  onSearch: (search: string) => void;
  /** Whether any filter besides the search is set. */
  filtered: boolean;
  onReset: () => void;
  children: ReactNode;
}

/** A search and the filters beside it; on phones the filters fold away. */
export function FilterBar({ label, searchHint, search, onSearch, filtered, onReset, children }: FilterBarProps) {
  const text = useText();
  const [unfolded, setUnfolded] = useState(filtered);
  return (
    <Paper
      withBorder
      p="md"
      role="search"
      aria-label={label}
      className={classes.filters}
      data-folded={unfolded ? undefined : true}
    >
      <SearchInput
        key={search === "" ? "empty" : "typed"}
        value={search}
        placeholder={searchHint}
        onSearch={onSearch}
        className={classes.search}
      />
      <Button
        variant="default"
        className={classes.toggle}
        aria-expanded={unfolded}
        onClick={() => setUnfolded(!unfolded)}
      >
        {label}
      </Button>
      {children}
      <Button
        variant="subtle"
        style={{ visibility: filtered || search !== "" ? "visible" : "hidden" }}
        onClick={onReset}
      >
        {text.list.reset}
      </Button>
    </Paper>
  );
}

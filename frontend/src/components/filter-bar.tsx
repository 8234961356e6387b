import { Children, useState, type ReactNode } from "react";
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

/** So many fit beside the search in one row. */
const ROW_LENGTH = 5;

/** A search and the filters beside it, many of them in two rows; on phones the filters fold away. */
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
      data-many={Children.count(children) > ROW_LENGTH ? true : undefined}
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
        className={classes.reset}
        data-idle={filtered || search !== "" ? undefined : true}
        onClick={onReset}
      >
        {text.list.reset}
      </Button>
    </Paper>
  );
}

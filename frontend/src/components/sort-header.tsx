import { UnstyledButton } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import type { Column } from "./responsive-table.tsx";
import classes from "./responsive-table.module.css";

interface SortHeaderProps<Row> {
  column: Column<Row>;
  order: { present: string; choose: (order: string) => void } | undefined;
}

/** The head of a column; where the column has an order, pressing it chooses that, then its reverse, then none. */
export function SortHeader<Row>({ column, order }: SortHeaderProps<Row>) {
  const text = useText();
  const first = column.order;
  const attributes = {
    role: "columnheader",
    scope: "col",
    "data-align": column.align,
  } as const;
  if (first === undefined || !order) return <th {...attributes}>{column.head ?? column.label}</th>;
  const { active, descending, next } = orderOf(first, order.present);
  return (
    <th {...attributes} aria-sort={sortOf(active, descending)}>
      <UnstyledButton
        className={classes.sort}
        title={text.requestList.sortBy(column.label)}
        onClick={() => order.choose(next)}
      >
        {column.label}
        <span className={classes.arrow} data-active={active || undefined} aria-hidden="true">
          {arrowOf(active, descending)}
        </span>
      </UnstyledButton>
    </th>
  );
}

/** Where the column stands in the present order, and the order that pressing its head gives. */
function orderOf(first: string, present: string) {
  const reverse = first.startsWith("-") ? first.slice(1) : `-${first}`;
  const cycle = ["", first, reverse];
  const active = present === first || present === reverse;
  const next = cycle[(Math.max(0, cycle.indexOf(present)) + 1) % cycle.length] ?? "";
  return { active, descending: present.startsWith("-"), next };
}

function arrowOf(active: boolean, descending: boolean) {
  if (!active) return "↕";
  return descending ? "↓" : "↑";
}

function sortOf(active: boolean, descending: boolean) {
  if (!active) return "none";
  return descending ? "descending" : "ascending";
}

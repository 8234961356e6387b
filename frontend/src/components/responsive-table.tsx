import { lazy, memo, Suspense, useCallback, type CSSProperties, type ReactNode, type Ref } from "react";
import { SortHeader } from "./sort-header.tsx";
import { useOverflow } from "./use-overflow.ts";
import classes from "./responsive-table.module.css";

export interface Column<Row> {
  key: string;
  label: string;
  render: (row: Row) => ReactNode;
  /** In place of the label in the head. */
  head?: ReactNode;
  align?: "right";
  /** On phones: the heading of the card, its corner, a value without its label, or one as wide as the card; an empty one
   * of the last two takes no room. */
  phone?: "title" | "corner" | "bare" | "wide";
  /** The name by which rows are put in this column's order; `-` before it where the largest come first. */
  order?: string;
  /** Share of the width in a long table, whose columns do not follow their content. */
  width?: number;
}

interface ResponsiveTableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string | number;
  /** Marks a row, for example as an outlier. */
  tone?: (row: Row) => "muted" | "warning" | undefined;
  /** In place of the row's cells, over their whole width: the row's editor. */
  replace?: (row: Row) => ReactNode;
  /** The present order and how to choose another, where columns have one. */
  order?: { present: string; choose: (order: string) => void };
  /** Only the rows near the view are in the document. */
  long?: boolean;
  /** Rows of a long table of one kind are expected to be equally high. */
  kind?: (row: Row) => string;
}

/** A table where there is room and a pile of cards where there is none: one markup, the rest is CSS. */
export function ResponsiveTable<Row>(props: ResponsiveTableProps<Row>) {
  const { label, columns, rows, rowKey, tone, replace, order, long = false, kind } = props;
  const { ref: frame, overflows } = useOverflow<HTMLDivElement>();
  // What scrolls sideways must do so from the keyboard, too.
  const scrolled = overflows && !long ? ({ tabIndex: 0, role: "group", "aria-label": label } as const) : {};
  const drawRow = (row: Row, place?: Place) => (
    <TableRow
      key={rowKey(row)}
      row={row}
      columns={columns as readonly Column<unknown>[]}
      tone={tone?.(row)}
      replacement={replace?.(row)}
      place={place?.ref}
      index={place?.index}
    />
  );
  const keyAt = useCallback(
    (index: number) => {
      const row = rows[index];
      return row === undefined ? index : rowKey(row);
    },
    [rows, rowKey],
  );
  const kindAt = useCallback(
    (index: number) => {
      const row = rows[index];
      return row === undefined ? "" : (kind?.(row) ?? "");
    },
    [rows, kind],
  );
  // Display properties other than the table's own take its roles away; hence they are written out.
  return (
    <div ref={frame} className={classes.frame} data-long={long || undefined} {...scrolled}>
      <table
        className={classes.table}
        role="table"
        aria-label={label}
        aria-rowcount={long ? rows.length + 1 : undefined}
        style={long ? ({ "--columns": gridColumns(columns) } as CSSProperties) : undefined}
      >
        <thead role="rowgroup">
          <tr role="row" aria-rowindex={long ? 1 : undefined}>
            {columns.map((column) => (
              <SortHeader key={column.key} column={column} order={order} />
            ))}
          </tr>
        </thead>
        {long ? (
          <Suspense fallback={<tbody role="rowgroup" />}>
            <VirtualRows
              count={rows.length}
              columnCount={columns.length}
              keyAt={keyAt}
              kindAt={kindAt}
              draw={(index, ref) => {
                const row = rows[index];
                return row === undefined ? null : drawRow(row, { index, ref });
              }}
            />
          </Suspense>
        ) : (
          <tbody role="rowgroup">{rows.map((row) => drawRow(row))}</tbody>
        )}
      </table>
    </div>
  );
}

function gridColumns<Row>(columns: readonly Column<Row>[]): string {
  return columns.map(({ width = 1 }) => `minmax(0, ${width}fr)`).join(" ");
}

// Few tables are long.
const VirtualRows = lazy(() => import("./virtual-rows.tsx"));

interface Place {
  index: number;
  ref: Ref<HTMLTableRowElement>;
}

interface TableRowProps {
  row: unknown;
  columns: readonly Column<unknown>[];
  tone: "muted" | "warning" | undefined;
  replacement: ReactNode;
  place?: Ref<HTMLTableRowElement> | undefined;
  index?: number | undefined;
}

/** Drawn anew only when its own row changes: a list may have thousands. */
const TableRow = memo(function TableRow({ row, columns, tone, replacement, place, index }: TableRowProps) {
  const standing = index === undefined ? {} : { "data-index": index, "aria-rowindex": index + 2 };
  return (
    <tr ref={place} role="row" data-tone={tone} data-replaced={replacement ? true : undefined} {...standing}>
      {replacement ? (
        <td role="cell" colSpan={columns.length}>
          {replacement}
        </td>
      ) : (
        columns.map((column) => <Cell key={column.key} column={column} row={row} />)
      )}
    </tr>
  );
});

/** On phones the label stands before the value, by CSS: an element of its own in each cell would cost frames. */
function Cell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  return (
    <td role="cell" data-align={column.align} data-phone={column.phone} data-label={column.label}>
      {column.render(row)}
    </td>
  );
}

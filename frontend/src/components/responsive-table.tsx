import type { ReactNode } from "react";
import classes from "./responsive-table.module.css";

export interface Column<Row> {
  key: string;
  label: string;
  render: (row: Row) => ReactNode;
  align?: "right";
  /** On phones: the heading of the card, or a value without its label. */
  phone?: "title" | "bare";
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
}

/** A table where there is room and a pile of cards where there is none: one markup, the rest is CSS. */
export function ResponsiveTable<Row>(props: ResponsiveTableProps<Row>) {
  const { label, columns, rows, rowKey, tone, replace } = props;
  // Display properties other than the table's own take its roles away; hence they are written out.
  return (
    <div className={classes.frame}>
      <table className={classes.table} role="table" aria-label={label}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th key={column.key} role="columnheader" scope="col" data-align={column.align}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => {
            const replacement = replace?.(row);
            return (
              <tr key={rowKey(row)} role="row" data-tone={tone?.(row)} data-replaced={replacement ? true : undefined}>
                {replacement ? (
                  <td role="cell" colSpan={columns.length}>
                    {replacement}
                  </td>
                ) : (
                  columns.map((column) => <Cell key={column.key} column={column} row={row} />)
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Cell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  return (
    <td role="cell" data-align={column.align} data-phone={column.phone}>
      <span className={classes.label} aria-hidden="true">
        {column.label}
      </span>
      <span className={classes.value}>{column.render(row)}</span>
    </td>
  );
}

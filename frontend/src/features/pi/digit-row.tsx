import { memo } from "react";
import { useText } from "@/i18n/language.tsx";
import { ROW_HEIGHT_PX, segmentsOf, type Mark } from "./digit-layout.ts";
import { formatCount } from "./position.ts";
import classes from "./digits.module.css";

interface DigitRowProps {
  row: number;
  /** Position of the first digit. */
  start: number;
  /** Null: not there yet. */
  digits: string | null;
  length: number;
  marks: readonly Mark[];
  labelWidth: string;
}

/** One line of digits behind the number of its first. */
export const DigitRow = memo(function DigitRow({ row, start, digits, length, marks, labelWidth }: DigitRowProps) {
  const text = useText();
  return (
    <div role="row" aria-rowindex={row + 1} className={classes.row} style={{ height: ROW_HEIGHT_PX }}>
      <span role="rowheader" className={classes.label} style={{ width: labelWidth }}>
        {formatCount(start, text.locale)}
      </span>
      <span role="cell" aria-busy={digits === null || undefined}>
        {digits === null ? (
          <span className={classes.missing}>{segmentsOf(start, "·".repeat(length), [])[0]?.text}</span>
        ) : (
          segmentsOf(start, digits, marks).map(({ text: part, kind }, index) =>
            kind === null ? (
              part
            ) : (
              <mark key={index} data-kind={kind}>
                {part}
              </mark>
            ),
          )
        )}
        {start === 0 && "."}
      </span>
    </div>
  );
});

import { useEffect, useLayoutEffect, useMemo, useRef, type RefObject } from "react";
import { VisuallyHidden } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import {
  digitsPerRow,
  findsWithin,
  ROW_HEIGHT_PX,
  rowCountOf,
  rowDigits,
  rowEnd,
  rowOfPosition,
  rowStart,
  windowsOfRows,
  type Mark,
} from "./digit-layout.ts";
import { DigitRow } from "./digit-row.tsx";
import { MissingDigits } from "./missing-digits.tsx";
import { formatCount } from "./position.ts";
import { useDigitWindows } from "./use-digit-windows.ts";
import type { Find } from "./use-find.ts";
import { useScroll } from "./use-scroll.ts";
import { useSize } from "./use-size.ts";
import classes from "./digits.module.css";

/** Where the reader was taken; a new object takes them there again. */
export interface Focus {
  position: number;
  length: number;
}

interface DigitViewerProps {
  calculationId: string;
  /** Position of the last digit, which is the one that was asked for. */
  last: number;
  focus: Focus;
  find: Find | null;
  /** Told which positions are in view. */
  inViewRef: RefObject<{ from: number; to: number }>;
}

const NO_MARKS: readonly Mark[] = [];

/** All digits in lines, however many: only those near the view are asked for and drawn. */
export function DigitViewer({ calculationId, last, focus, find, inViewRef }: DigitViewerProps) {
  const text = useText();
  const frame = useRef<HTMLDivElement>(null);
  const size = useSize(frame);
  const perRow = digitsPerRow(size.width, last);
  const layout = useMemo(() => ({ last, perRow }), [last, perRow]);
  const rowCount = rowCountOf(layout);
  const scroll = useScroll(frame, size.height, rowCount, ROW_HEIGHT_PX);
  const { showRow } = scroll;
  const measured = size.height > 1;
  const wanted = measured ? windowsOfRows(layout, scroll.first, scroll.last) : [];
  const windows = useDigitWindows(calculationId, last, wanted);

  const shown = useRef<Focus | null>(null);
  useLayoutEffect(() => {
    // Other lines or another height: what was in the middle stays there.
    const { from, to } = inViewRef.current;
    const target = shown.current === focus ? Math.round((from + to) / 2) : focus.position;
    if (measured) shown.current = focus;
    showRow(rowOfPosition(layout, target));
  }, [focus, layout, measured, showRow, inViewRef]);
  const [from, to] = [rowStart(layout, scroll.firstVisible), rowEnd(layout, scroll.lastVisible)];
  useEffect(() => {
    inViewRef.current = { from, to };
  }, [inViewRef, from, to]);

  const labelWidth = `calc(${formatCount(last, text.locale).length}ch + 20px)`;
  const rows = Array.from({ length: scroll.last - scroll.first + 1 }, (_, index) => scroll.first + index);
  return (
    <>
      {windows.error && <MissingDigits error={windows.error} position={last} onRetry={windows.retry} />}
      <div className={classes.paper}>
        <div
          ref={frame}
          className={classes.frame}
          style={{ height: `min(64dvh, ${rowCount * ROW_HEIGHT_PX}px)` }}
          tabIndex={0}
          role="region"
          aria-label={text.pi.digits.region}
          onScroll={scroll.onScroll}
        >
          <div
            role="table"
            aria-label={text.pi.digits.title(formatCount(last, text.locale), last)}
            aria-rowcount={rowCount}
            className={classes.table}
            style={{ height: scroll.height }}
          >
            <div role="rowgroup" className={classes.rows} style={{ top: scroll.offset }}>
              {rows.map((row) => (
                <DigitRow
                  key={row}
                  row={row}
                  start={rowStart(layout, row)}
                  length={rowEnd(layout, row) - rowStart(layout, row) + 1}
                  digits={rowDigits(layout, row, windows.digits)}
                  marks={marksWithin(rowStart(layout, row), rowEnd(layout, row), last, focus, find)}
                  labelWidth={labelWidth}
                />
              ))}
            </div>
          </div>
        </div>
      </div>
      <FocusStatus focus={focus} digits={digitsAt(focus, layout, windows.digits)} />
    </>
  );
}

/** Says where a jump or a find has led to. */
function FocusStatus({ focus, digits }: { focus: Focus; digits: string }) {
  const text = useText();
  return (
    <VisuallyHidden role="status">
      {digits !== "" && text.pi.digits.at(formatCount(focus.position, text.locale), digits)}
    </VisuallyHidden>
  );
}

/** The digits at the focus, as far as its line goes; empty while they are not there. */
function digitsAt(focus: Focus, layout: { last: number; perRow: number }, windows: ReadonlyMap<number, string>) {
  const row = rowOfPosition(layout, focus.position);
  const from = focus.position - rowStart(layout, row);
  return rowDigits(layout, row, windows)?.slice(from, from + focus.length) ?? "";
}

function marksWithin(start: number, end: number, last: number, focus: Focus, find: Find | null): readonly Mark[] {
  const marks: Mark[] = [];
  if (end === last) marks.push({ start: last, length: 1, kind: "asked" });
  if (find) {
    const length = find.needle.length;
    for (const at of findsWithin(find.positions, length, start, end)) marks.push({ start: at, length, kind: "match" });
  }
  // The digit asked for keeps its own colour.
  const current = focus.length > 1 || focus.position !== last;
  if (current && focus.position <= end && focus.position + focus.length > start) {
    marks.push({ start: focus.position, length: focus.length, kind: "current" });
  }
  return marks.length > 0 ? marks : NO_MARKS;
}

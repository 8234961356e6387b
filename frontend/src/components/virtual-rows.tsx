import { useLayoutEffect, useRef, useState, useSyncExternalStore, type ReactNode, type Ref } from "react";
import { defaultRangeExtractor, useWindowVirtualizer, type Range } from "@tanstack/react-virtual";
import { useRowHeights } from "./row-heights.ts";
import classes from "./responsive-table.module.css";

interface VirtualRowsProps {
  count: number;
  columnCount: number;
  keyAt: (index: number) => string | number;
  /** Rows of one kind are expected to be equally high. */
  kindAt: (index: number) => string;
  draw: (index: number, ref: Ref<HTMLTableRowElement>) => ReactNode;
}

/** Before they were measured, px. */
const ROW_HEIGHT = 50;
const CARD_HEIGHT = 190;
const CARD_GAP = 10;
/** Rows drawn beyond either edge: what a flick of the wheel reaches before the next frame. */
const OVERSCAN = 8;
/** Rows come and go so many at a time: each time costs, whether it is for one row or for four. */
const STEP = 4;

/** The body of a long table: the rows near the view, and blank rows that stand for all others. The page scrolls. */
export default function VirtualRows({ count, columnCount, keyAt, kindAt, draw }: VirtualRowsProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const top = useTop(body);
  const cards = useCards();
  const heights = useRowHeights({ kindAt, keyAt, first: cards ? CARD_HEIGHT : ROW_HEIGHT });
  const virtualizer = useWindowVirtualizer<HTMLTableRowElement>({
    count,
    ...heights,
    gap: cards ? CARD_GAP : 0,
    overscan: OVERSCAN,
    rangeExtractor: wholeSteps,
    scrollMargin: top,
    useFlushSync: false,
  });
  const items = virtualizer.getVirtualItems();
  const before = (items[0]?.start ?? top) - top;
  const after = virtualizer.getTotalSize() - ((items.at(-1)?.end ?? top) - top);
  return (
    <tbody role="rowgroup" ref={body}>
      <Blank height={before} columnCount={columnCount} />
      {items.map(({ index }) => draw(index, virtualizer.measureElement))}
      <Blank height={after} columnCount={columnCount} />
    </tbody>
  );
}

function wholeSteps(range: Range): number[] {
  const startIndex = Math.floor(Math.max(0, range.startIndex - range.overscan) / STEP) * STEP;
  const endIndex = Math.ceil((range.endIndex + range.overscan + 1) / STEP) * STEP - 1;
  return defaultRangeExtractor({ ...range, overscan: 0, startIndex, endIndex: Math.min(endIndex, range.count - 1) });
}

const narrow = matchMedia("(max-width: 62em)");

function subscribeToWidth(listener: () => void): () => void {
  narrow.addEventListener("change", listener);
  return () => narrow.removeEventListener("change", listener);
}

/** Whether rows are drawn as cards; asked at every frame of scrolling, so by one question for all. */
const useCards = () => useSyncExternalStore(subscribeToWidth, () => narrow.matches);

function Blank({ height, columnCount }: { height: number; columnCount: number }) {
  return (
    <tr className={classes.blank} aria-hidden="true">
      <td colSpan={columnCount} style={{ height }} />
    </tr>
  );
}

/** How far below the top of the page the element begins, px; what stands above it may unfold. */
function useTop(element: React.RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => {
      if (element.current) setTop(Math.round(element.current.getBoundingClientRect().top + window.scrollY));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [element]);
  return top;
}

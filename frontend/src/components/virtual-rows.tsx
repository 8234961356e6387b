import { useLayoutEffect, useRef, useState, type ReactNode, type Ref } from "react";
import { useMediaQuery } from "@mantine/hooks";
import { useWindowVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import classes from "./responsive-table.module.css";

interface VirtualRowsProps {
  count: number;
  columnCount: number;
  keyAt: (index: number) => string | number;
  draw: (index: number, ref: Ref<HTMLTableRowElement>) => ReactNode;
}

/** Before they were measured, px. */
const ROW_HEIGHT = 49;
const CARD_HEIGHT = 262;
const CARD_GAP = 10;
/** Rows drawn beyond either edge: what a flick of the wheel reaches before the next frame. */
const OVERSCAN = 10;

/** The body of a long table: the rows near the view, and blank rows that stand for all others. The page scrolls. */
export default function VirtualRows({ count, columnCount, keyAt, draw }: VirtualRowsProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const top = useTop(body);
  const cards = useMediaQuery("(max-width: 62em)", false, { getInitialValueInEffect: false });
  const virtualizer = useWindowVirtualizer<HTMLTableRowElement>({
    count,
    getItemKey: keyAt,
    estimateSize: () => (cards ? CARD_HEIGHT : ROW_HEIGHT),
    gap: cards ? CARD_GAP : 0,
    overscan: OVERSCAN,
    scrollMargin: top,
    useFlushSync: false,
    measureElement: measureLater,
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

/** Asking each new row for its height at once would lay the table out again and again; the observer tells it later. */
function measureLater(
  element: HTMLTableRowElement,
  entry: ResizeObserverEntry | undefined,
  { options, indexFromElement, itemSizeCache }: Virtualizer<Window, HTMLTableRowElement>,
): number {
  const box = entry?.borderBoxSize[0];
  if (box) return Math.round(box.blockSize);
  const index = indexFromElement(element);
  return itemSizeCache.get(options.getItemKey(index)) ?? options.estimateSize(index);
}

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

/** How high the rows of a long table are, before and after they were drawn. */
import { useCallback, useMemo, useState } from "react";
import type { Virtualizer } from "@tanstack/react-virtual";

interface RowHeightsOptions {
  keyAt: (index: number) => string | number;
  kindAt: (index: number) => string;
  /** Of rows whose kind was never drawn, px. */
  first: number;
}

/** So many rows in turn that are as high as each other, but not as expected, change what is expected. */
const ENOUGH = 4;

/** A row that is not as high as expected has all rows below it placed anew and, above the view, the page scrolled: too
 * much for every row that comes. Hence what rows of a kind measure is expected of the next ones. */
export function useRowHeights({ keyAt, kindAt, first }: RowHeightsOptions) {
  const [expected, setExpected] = useState<Learned>({ first, heights: {} });
  const heights = expected.first === first ? expected.heights : NONE;
  const surprises = useMemo(() => new Surprises(), []);
  const estimateSize = useCallback((index: number) => heights[kindAt(index)] ?? first, [heights, kindAt, first]);
  // Another function has the rows placed anew.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const getItemKey = useCallback((index: number) => keyAt(index), [keyAt, estimateSize]);
  const measureElement = useCallback(
    (
      element: HTMLTableRowElement,
      entry: ResizeObserverEntry | undefined,
      { indexFromElement, itemSizeCache }: Virtualizer<Window, HTMLTableRowElement>,
    ): number => {
      const index = indexFromElement(element);
      const height = entry?.borderBoxSize[0]?.blockSize;
      // Asking each new row at once would lay the table out again and again; the observer tells it later.
      if (height === undefined) return itemSizeCache.get(keyAt(index)) ?? estimateSize(index);
      const kind = kindAt(index);
      if (surprises.isNew(kind, height, estimateSize(index))) {
        setExpected((last) => ({ first, heights: { ...(last.first === first && last.heights), [kind]: height } }));
      }
      return height;
    },
    [keyAt, kindAt, estimateSize, surprises, first],
  );
  return { estimateSize, getItemKey, measureElement };
}

interface Learned {
  first: number;
  heights: Readonly<Record<string, number>>;
}

const NONE: Learned["heights"] = {};

/** Counts for each kind the rows in turn of another height than expected. */
export class Surprises {
  private readonly seen = new Map<string, { height: number; count: number }>();

  /** Whether this is the height to expect of the kind from now on. */
  isNew(kind: string, height: number, expected: number): boolean {
    const last = this.seen.get(kind);
    const count = last?.height === height ? last.count + 1 : 1;
    this.seen.set(kind, { height, count: height === expected ? 0 : count });
    return height !== expected && count === ENOUGH;
  }
}

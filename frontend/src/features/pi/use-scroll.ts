import { useCallback, useEffect, useMemo, useState, type RefObject, type UIEvent } from "react";
import { afterScroll, isSettled, scrollScale, type Place } from "./scroll-scale.ts";

const REST_MS = 150;
const OVERSCAN = 12;

/** Lines of one height in a scrolling frame, of which only those near the view are drawn. */
export function useScroll(frameRef: RefObject<HTMLElement | null>, view: number, rowCount: number, rowHeight: number) {
  const scale = useMemo(() => scrollScale(rowCount * rowHeight, view), [rowCount, rowHeight, view]);
  const [place, setPlace] = useState<Place>({ scrollTop: 0, top: 0 });

  const moveTo = useCallback(
    (top: number) => {
      if (!frameRef.current) return;
      const within = Math.min(scale.reach, Math.max(0, top));
      frameRef.current.scrollTop = scale.toScroll(within);
      setPlace({ scrollTop: frameRef.current.scrollTop, top: within });
    },
    [frameRef, scale],
  );
  /** Brings a line to the middle of the view. */
  const showRow = useCallback((row: number) => moveTo((row + 0.5) * rowHeight - view / 2), [moveTo, rowHeight, view]);
  const onScroll = useCallback(
    (event: UIEvent<HTMLElement>) => {
      const { scrollTop } = event.currentTarget;
      setPlace((known) => afterScroll(scale, known, scrollTop, view));
    },
    [scale, view],
  );
  useEffect(() => {
    if (isSettled(scale, place)) return;
    const timer = setTimeout(() => moveTo(place.top), REST_MS);
    return () => clearTimeout(timer);
  }, [scale, place, moveTo]);

  const top = Math.min(place.top, scale.reach);
  const firstVisible = Math.floor(top / rowHeight);
  const lastVisible = Math.min(rowCount - 1, Math.ceil((top + view) / rowHeight) - 1);
  const first = Math.max(0, firstVisible - OVERSCAN);
  return {
    height: scale.height,
    first,
    last: Math.min(rowCount - 1, lastVisible + OVERSCAN),
    firstVisible,
    lastVisible,
    /** Where the first drawn line stands inside the element. */
    offset: place.scrollTop - top + first * rowHeight,
    showRow,
    onScroll,
  };
}

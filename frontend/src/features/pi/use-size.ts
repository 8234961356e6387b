import { useLayoutEffect, useState, type RefObject } from "react";
import { observeSize } from "@/components/observe-size.ts";

/** Width and height of an element, px; as long as it is not measured, 1 and 1. */
export function useSize(element: RefObject<HTMLElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 1, height: 1 });
  useLayoutEffect(() => {
    if (!element.current) return;
    return observeSize(element.current, ({ width, height }) =>
      setSize((known) => (known.width === width && known.height === height ? known : { width, height })),
    );
  }, [element]);
  return size;
}

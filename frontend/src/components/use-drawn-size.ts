import { useCallback, useState, type RefCallback } from "react";
import { observeSize } from "./observe-size.ts";

/** How large it is at most, and until it is measured, px; `orbit-plot.module.css` says so as well. */
const LARGEST_PX = 400;

/** The side of a square drawing as the screen shows it, px, for drawing in its pixels: on a narrow screen names and
 * marks stay as large as anywhere, where a fixed viewBox would shrink them with the rest. */
export function useDrawnSize(): [RefCallback<SVGSVGElement>, number] {
  const [size, setSize] = useState(LARGEST_PX);
  const drawing = useCallback((element: SVGSVGElement | null) => {
    if (element) return observeSize(element, ({ width }) => setSize(width || LARGEST_PX));
  }, []);
  return [drawing, size];
}

import { useCallback, useState, type RefCallback } from "react";
import { observeSize } from "./observe-size.ts";

/** How large a square drawing is at most, px; `orbit-plot.module.css` says so as well. */
const LARGEST_PX = 400;

/** The width of a drawing as the screen shows it, px, for drawing in its pixels: on a narrow screen names and marks stay
 * as large as anywhere, where a fixed viewBox would shrink them with the rest. `largest`: what it is at most, and until
 * it is measured. */
export function useDrawnSize(largest = LARGEST_PX): [RefCallback<SVGSVGElement>, number] {
  const [size, setSize] = useState(largest);
  const drawing = useCallback(
    (element: SVGSVGElement | null) => {
      if (element) return observeSize(element, ({ width }) => setSize(width || largest));
    },
    [largest],
  );
  return [drawing, size];
}

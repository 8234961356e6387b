import type { LabelPlace } from "@/lib/label-places.ts";

interface DrawnNameProps {
  children: string;
  place: LabelPlace;
  fill?: string;
}

/** A name on a drawing, of the height that `label-places.ts` reckons with. */
export function DrawnName({ children, place, fill = "var(--mantine-color-dimmed)" }: DrawnNameProps) {
  return (
    <text
      x={place.x}
      y={place.y}
      textAnchor={place.anchor}
      fontSize="12"
      fill={fill}
      // A halo, so that no line crosses the letters.
      stroke="var(--mantine-color-body)"
      strokeWidth="3"
      strokeLinejoin="round"
      paintOrder="stroke"
    >
      {children}
    </text>
  );
}

import type { LabelledMark, LabelPlace } from "@/lib/label-places.ts";

interface OrbitMarkProps extends LabelledMark {
  fill: string;
  /** Null: its name finds no room. */
  place: LabelPlace | null;
}

/** A body of an orbit's drawing with its name. */
export function OrbitMark({ point, radius, fill, label, place }: OrbitMarkProps) {
  return (
    <g>
      <circle cx={point.x} cy={point.y} r={radius} fill={fill} />
      {place && (
        <text
          x={place.x}
          y={place.y}
          textAnchor={place.anchor}
          fontSize="12"
          fill="var(--mantine-color-dimmed)"
          // A halo, so that no line crosses the letters.
          stroke="var(--mantine-color-body)"
          strokeWidth="3"
          strokeLinejoin="round"
          paintOrder="stroke"
        >
          {label}
        </text>
      )}
    </g>
  );
}

import type { LabelledMark, LabelPlace } from "@/lib/label-places.ts";
import { DrawnName } from "./drawn-name.tsx";

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
      {place && <DrawnName place={place}>{label}</DrawnName>}
    </g>
  );
}

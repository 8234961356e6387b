import { ticksOf, ticksWithRoom, type SkyChart } from "@/lib/sky-projection.ts";
import { DrawnName } from "./drawn-name.tsx";

const GRID = "var(--mantine-color-default-border)";
const GAP_PX = 6;
/** From the lower border down to the line that the names stand on. */
const BELOW_PX = 18;
/** From the line that a name stands on up to its middle. */
const RISE_PX = 4;

/** A chart of this size, px, with the names of its axes around it. */
export interface SkyFrame {
  width: number;
  height: number;
  /** Room for names beside it. */
  left: number;
  right: number;
}

/** The grid of right ascension and declination, with as many names as have room. */
export function SkyAxes({ chart, frame }: { chart: SkyChart; frame: SkyFrame }) {
  const { width, height } = frame;
  const perDegree = width / 2 / chart.half;
  return (
    <>
      {ticksWithRoom(chart, frame).map(({ offset, label }) => {
        const x = width / 2 + offset * perDegree;
        return (
          <g key={offset}>
            <path d={`M${x.toFixed(1)} 0V${height}`} stroke={GRID} />
            {label && <DrawnName place={{ x, y: height + BELOW_PX, anchor: "middle" }}>{label}</DrawnName>}
          </g>
        );
      })}
      {ticksOf(chart, "dec", (chart.half * height) / width).map(({ offset, label }) => {
        const y = height / 2 - offset * perDegree;
        return (
          <g key={offset}>
            <path d={`M0 ${y.toFixed(1)}H${width}`} stroke={GRID} />
            <DrawnName place={{ x: -GAP_PX, y: y + RISE_PX, anchor: "end" }}>{label}</DrawnName>
          </g>
        );
      })}
    </>
  );
}

import { SegmentedControl } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import { useDistanceUnit } from "@/lib/preferences.ts";
import type { DistanceUnit } from "@/lib/units.ts";

const UNITS: DistanceUnit[] = ["au", "km", "ld"];

/** The unit of all distances; remembered. */
export function UnitSwitch() {
  const text = useText();
  const [unit, setUnit] = useDistanceUnit();
  return (
    <SegmentedControl
      size="xs"
      aria-label={text.request.unit}
      value={unit}
      onChange={(value) => setUnit(value)}
      data={UNITS.map((value) => ({
        value,
        label: <span title={text.request.unitNames[value]}>{text.request.units[value]}</span>,
      }))}
    />
  );
}

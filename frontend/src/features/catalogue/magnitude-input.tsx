import { useState } from "react";
import { TextInput } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import { useSettledInput } from "@/lib/use-settled-input.ts";
import { readMagnitude } from "./list-state.ts";

interface MagnitudeInputProps {
  label: string;
  value: string;
  onMagnitude: (magnitude: string) => void;
}

/** One end of a range of magnitudes; what is no number is said and not asked for. */
export function MagnitudeInput({ label, value, onMagnitude }: MagnitudeInputProps) {
  const text = useText();
  const [wrong, setWrong] = useState(false);
  const [typed, setTyped] = useSettledInput(value, (settled) => {
    const magnitude = readMagnitude(settled);
    setWrong(magnitude === null);
    if (magnitude !== null && magnitude !== value) onMagnitude(magnitude);
  });
  return (
    <TextInput
      label={label}
      inputMode="decimal"
      value={typed}
      error={wrong && text.catalogue.hProblem}
      onChange={(event) => setTyped(event.currentTarget.value)}
    />
  );
}

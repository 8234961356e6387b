import { useEffect, useState } from "react";
import { useDebouncedValue } from "@mantine/hooks";

const PAUSE_MS = 300;

/** What is being typed, told to `onSettled` without blanks around it when the typing pauses. */
export function useSettledInput(
  value: string,
  onSettled: (settled: string) => void,
): [string, (typed: string) => void] {
  const [typed, setTyped] = useState(value);
  const [settled] = useDebouncedValue(typed, PAUSE_MS);
  useEffect(() => {
    if (settled.trim() !== value) onSettled(settled.trim());
    // Only what is typed goes out; the address changing by other means must not send it again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [settled]);
  return [typed, setTyped];
}

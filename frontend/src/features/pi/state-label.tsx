import { Badge, Loader } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import type { CalculationState } from "./types.ts";
import classes from "./pi.module.css";

const COLORS: Record<CalculationState, string> = {
  SCHEDULED: "amber",
  RUNNING: "petrol",
  SUCCEEDED: "teal",
  FAILED: "red",
  CANCELLED: "gray",
};

/** Where a calculation stands, in a word. */
export function StateLabel({ state, size = "md" }: { state: CalculationState; size?: "md" | "lg" }) {
  const text = useText();
  return (
    <span className={classes.state}>
      <Badge variant={state === "SUCCEEDED" ? "dot" : "light"} color={COLORS[state]} size={size} tt="none">
        {text.pi.states[state]}
      </Badge>
      {state === "RUNNING" && <Loader size={14} color="petrol" aria-hidden />}
    </span>
  );
}

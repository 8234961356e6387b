import { Loader } from "@mantine/core";
import { None } from "@/components/none.tsx";
import { useText } from "@/i18n/language.tsx";
import { stateColor } from "./badges.tsx";
import { isRunning, type RequestRow } from "./types.ts";
import classes from "./list.module.css";

/** Where the row's calculation stands, as last known to the row. */
export function CalculationCell({ row }: { row: RequestRow }) {
  const text = useText();
  if (!row.calculation_state) return <None />;
  const color = stateColor(row.calculation_state);
  return (
    <span className={classes.calculation} data-color={color}>
      {isRunning(row) && <Loader size={14} color={color} aria-hidden />}
      {text.calculation[row.calculation_state]}
    </span>
  );
}

import { Tooltip } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import type { Verdict } from "./types.ts";
import classes from "./badges.module.css";

/** How surely the distances are known, in a word; what it means is said on hover and focus. */
export function VerdictBadge({ verdict, size = "md" }: { verdict: Verdict; size?: "md" | "lg" }) {
  const text = useText();
  return (
    <Tooltip label={text.verdictMeaning[verdict]}>
      <span className={classes.badge} data-verdict={verdict} data-size={size} tabIndex={0}>
        {text.verdict[verdict]}
      </span>
    </Tooltip>
  );
}

import { Text, VisuallyHidden } from "@mantine/core";
import { formatWhen } from "@/components/moments.tsx";
import type { Dictionary } from "@/i18n/en.ts";
import { useText } from "@/i18n/language.tsx";
import { isFinal } from "@/lib/calculation.ts";
import { mayHaveEnded, type SyncCalculation } from "./types.ts";

/** How the stage begins while main_api does not take what is sent; the rest of it is for the log. */
const RECEIVER_AWAY = "waiting for the catalogue";

/** What a run does or did. One element all the time, so that a screen reader says it anew when it changes. */
export function SyncHeadline({ calculation }: { calculation: SyncCalculation }) {
  const text = useText();
  const words = headline(text, calculation);
  if (words === "") return null;
  return (
    <>
      <Text fw={calculation.state === "CANCELLED" ? undefined : 600} role="status">
        {words}
      </Text>
      <VisuallyHidden role="status">{isFinal(calculation) ? "" : quarterOf(calculation)}</VisuallyHidden>
    </>
  );
}

function headline(text: Dictionary, calculation: SyncCalculation): string {
  const { sync: words } = text.catalogue;
  const { state, progress, finish_time } = calculation;
  const stage = progress?.stage ?? "";
  const ended = finish_time === undefined ? "" : formatWhen(finish_time, text.locale);
  const headlines = {
    SCHEDULED: words.waiting,
    RUNNING: words.stages[stage] ?? (stage.startsWith(RECEIVER_AWAY) ? words.receiverAway : stage),
    SUCCEEDED: [words.done, ended].filter(Boolean).join(" · "),
    CANCELLED: [mayHaveEnded(calculation) ? words.cancelledAtEnd : words.cancelled, ended].filter(Boolean).join(" "),
    FAILED: "", // its alert says it
  };
  return headlines[state];
}

/** Every page would be too much to listen to. */
function quarterOf({ progress }: SyncCalculation): string {
  const quarters = Math.floor(4 * (progress?.fraction ?? 0));
  return quarters === 0 ? "" : `${25 * quarters} %`;
}

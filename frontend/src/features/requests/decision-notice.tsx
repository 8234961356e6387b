import { notifications } from "@mantine/notifications";
import { Icon } from "@/components/icon.tsx";
import { useText } from "@/i18n/language.tsx";
import type { Decision, DecisionOutcome } from "./change-api.ts";
import { doneText, refusedText, refusedTitle } from "./decision-text.ts";
import type { RequestRow } from "./types.ts";

/** Long enough to read why, and to look at the row. */
const REFUSAL_SHOWN_MS = 15_000;

/** Says at once what came of a decision. A refused rejection is shown by the dialog itself, beside the reason that was
 * written, unless the row has moved on and takes the dialog away. */
export function useOutcomeNotice() {
  const text = useText();
  return (row: RequestRow, decision: Decision, outcome: DecisionOutcome) => {
    if (outcome.kind === "done") {
      const message = doneText(text, decision.kind, outcome);
      notifications.show({ color: "petrol", message, icon: <Icon name="check" /> });
    } else if (decision.kind !== "reject" || outcome.present) {
      const shown = { color: "red", autoClose: REFUSAL_SHOWN_MS };
      notifications.show({ ...shown, title: refusedTitle(text, row, outcome), message: refusedText(text, outcome) });
    }
  };
}

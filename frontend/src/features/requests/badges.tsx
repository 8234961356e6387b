import { Badge, Tooltip } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import type { CalculationState } from "@/lib/calculation.ts";
import type { RequestStatus, Verdict } from "./types.ts";

const STATUS_COLORS: Record<RequestStatus, string> = {
  DRAFT: "gray",
  FORMED: "amber",
  COMPLETED: "petrol",
  REJECTED: "red",
  DELETED: "gray",
};

const VERDICT_COLORS: Record<Verdict, string> = { DETERMINED: "teal", WEAK: "yellow", NOT_DETERMINED: "gray" };

export function StatusBadge({ status, size = "md" }: { status: RequestStatus; size?: "md" | "lg" }) {
  const text = useText();
  return (
    <Badge variant="light" color={STATUS_COLORS[status]} size={size} tt="none">
      {text.status[status]}
    </Badge>
  );
}

export function VerdictBadge({ verdict, size = "md" }: { verdict: Verdict; size?: "md" | "lg" }) {
  const text = useText();
  return (
    <Tooltip label={text.verdictMeaning[verdict]}>
      <Badge variant="dot" color={VERDICT_COLORS[verdict]} size={size} tt="none" tabIndex={0}>
        {text.verdict[verdict]}
      </Badge>
    </Tooltip>
  );
}

const STATE_COLORS: Record<CalculationState, string> = {
  SCHEDULED: "amber",
  RUNNING: "petrol",
  SUCCEEDED: "dimmed",
  FAILED: "red",
  CANCELLED: "dimmed",
};

export function stateColor(state: CalculationState): string {
  return STATE_COLORS[state];
}

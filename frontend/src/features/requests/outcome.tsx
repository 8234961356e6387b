import { Alert, Group, Paper, Stack, Text } from "@mantine/core";
import { Icon } from "@/components/icon.tsx";
import { sentence } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { formatMoment } from "@/lib/moment.ts";
import { VerdictBadge } from "./verdict-badge.tsx";
import { LiveProgress } from "./live-progress.tsx";
import { useDistanceUnit } from "@/lib/preferences.ts";
import { distance } from "./quantities.tsx";
import { isRunning, type RequestDetail, type Verdict } from "./types.ts";
import { verdictReason } from "./verdict-reason.ts";
import classes from "./request.module.css";

/** What came of the request: the decision, the progress, the verdict; in this order of what is latest. */
export function Outcome({ request }: { request: RequestDetail }) {
  const text = useText();
  const { calculation } = text;
  return (
    <Stack gap="md">
      {request.status === "FORMED" && (
        <Alert color="amber" icon={<Icon name="clock" />}>
          {text.request.waiting}
        </Alert>
      )}
      {request.status === "REJECTED" && <Rejection request={request} />}
      {isRunning(request) && request.calculation_id && (
        <LiveProgress key={request.calculation_id} requestId={request.id} calculationId={request.calculation_id} />
      )}
      {request.calculation_state === "FAILED" && (
        <Alert color="red" icon={<Icon name="warning" />} title={calculation.failedTitle}>
          {request.error && sentence(text.reasons[request.error.reason] ?? request.error.message)}{" "}
          {calculation.failedHint}
        </Alert>
      )}
      {request.calculation_state === "CANCELLED" && <Alert color="gray" title={calculation.cancelledTitle} />}
      {request.verdict && <VerdictPanel request={request} verdict={request.verdict} />}
    </Stack>
  );
}

function VerdictPanel({ request, verdict }: { request: RequestDetail; verdict: Verdict }) {
  const text = useText();
  const [unit] = useDistanceUnit();
  const middle = middleOf(request);
  const reason = verdictReason(text, request);
  return (
    <Paper withBorder p={{ base: "md", sm: "lg" }} component="section" aria-label={text.request.verdict}>
      <Group justify="space-between" align="flex-start" gap="lg">
        <Stack gap={6} style={{ flex: "1 1 320px" }}>
          <div>
            <VerdictBadge verdict={verdict} size="lg" />
          </div>
          <Text>{text.verdictMeaning[verdict]}</Text>
          {reason !== null && (
            <Text c="dimmed" size="sm">
              {reason}
            </Text>
          )}
        </Stack>
        {middle?.distance_au && (
          <div>
            <Text size="xs" c="dimmed">
              {text.request.distanceAtMiddle}
            </Text>
            <div className={classes.headline}>
              {distance(middle.distance_au, middle.distance_sigma_au, unit, text.locale)} {text.request.units[unit]}
            </div>
            <Text size="xs" c="dimmed">
              {text.request.distanceAtMiddleNow(formatMoment(middle.observed_at))}
            </Text>
          </div>
        )}
      </Group>
    </Paper>
  );
}

function Rejection({ request }: { request: RequestDetail }) {
  const text = useText();
  const entry = request.history.findLast((item) => item.action === "REJECTED");
  return (
    <Alert color="red" icon={<Icon name="cross" />} title={text.request.rejectedBecause}>
      <Text className={classes.comment}>{entry?.note ?? ""}</Text>
    </Alert>
  );
}

function middleOf(request: RequestDetail) {
  const found = request.observations.filter((row) => row.distance_au);
  return found[Math.floor(found.length / 2)];
}

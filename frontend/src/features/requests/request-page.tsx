import { lazy, Suspense } from "react";
import { Button, Group, Skeleton, Stack } from "@mantine/core";
import { Link } from "wouter";
import { FailurePanel } from "@/components/failure-panel.tsx";
import { MessagePanel } from "@/components/message-panel.tsx";
import { useText } from "@/i18n/language.tsx";
import { ApiError } from "@/lib/http.ts";
import { useUser } from "@/lib/session.tsx";
import { Alternatives } from "./alternatives.tsx";
import { useRequest } from "./api.ts";
import { DraftEditor } from "./draft-editor.tsx";
import { ExportMenu } from "./export-menu.tsx";
import { FollowUpPanel } from "./follow-up-panel.tsx";
import { History } from "./history.tsx";
import { IdentifyPanel } from "./identify-panel.tsx";
import { ObservationsTable, TableSwitches } from "./observations-table.tsx";
import { OrbitPanel } from "./orbit-panel.tsx";
import { Outcome } from "./outcome.tsx";
import { RequestHeader } from "./request-header.tsx";
import { Section } from "@/components/section.tsx";
import { SkyTrack } from "@/components/sky-track.tsx";
import { TruthCheck } from "./truth-check.tsx";
import type { RequestDetail } from "./types.ts";
import { WhyPanel } from "./why-panel.tsx";
import classes from "./request.module.css";

const Charts = lazy(() => import("./charts.tsx"));

/** One request: a draft to edit for its creator, and what came of it for everybody who may see it. */
export default function RequestPage({ id }: { id: number }) {
  const text = useText();
  const query = useRequest(id);
  const gone = query.error instanceof ApiError && query.error.status === 404;
  const refetch = () => void query.refetch();
  if (gone) {
    return (
      <MessagePanel
        icon="telescope"
        title={text.request.notFoundTitle}
        page
        action={
          <Button component={Link} to="/requests">
            {text.app.toRequests}
          </Button>
        }
      >
        {text.request.notFoundText}
      </MessagePanel>
    );
  }
  if (!query.data) {
    return query.error ? (
      <FailurePanel title={text.request.loadFailed} error={query.error} onRetry={refetch} page />
    ) : (
      <Stack role="status" aria-label={text.common.loading}>
        <Skeleton height={36} width="40%" />
        <Skeleton height={120} radius="lg" />
        <Skeleton height={420} radius="lg" />
      </Stack>
    );
  }
  const request = query.data.body;
  return (
    <Stack gap="lg">
      <RequestHeader
        request={request}
        updatedAt={query.dataUpdatedAt}
        failing={query.error !== null}
        onRefresh={refetch}
      />
      <RequestBody request={request} />
    </Stack>
  );
}

function RequestBody({ request }: { request: RequestDetail }) {
  const user = useUser();
  if (request.status === "DRAFT" && request.creator === user.username) return <DraftEditor request={request} />;
  return <RequestResults request={request} />;
}

function RequestResults({ request }: { request: RequestDetail }) {
  const text = useText();
  const moderator = useUser().role === "moderator";
  const measured = request.observations.some((row) => row.distance_au);
  const alternatives = request.alternatives.length > 0 && <Alternatives alternatives={request.alternatives} />;
  // Where two orbits fit, the other one is part of the answer and not a remark at its end.
  const ambiguous = request.verdict_grounds?.cause === "TWO_ORBITS";
  return (
    <>
      <Outcome request={request} />
      {ambiguous && alternatives}
      <Drawings request={request} measured={measured} />
      <Section
        title={text.request.observations}
        subtitle={text.request.observationCount(request.observation_count)}
        aside={
          <Group gap="xs">
            <TableSwitches withUnit={measured} />
            <ExportMenu requestId={request.id} />
          </Group>
        }
        bare
      >
        <ObservationsTable observations={request.observations} />
      </Section>
      {request.catalogue && request.observations.length > 0 && (
        <TruthCheck request={request} asteroid={request.catalogue} />
      )}
      {moderator && request.observations.length > 0 && <IdentifyPanel request={request} />}
      {request.follow_up && <FollowUpPanel followUp={request.follow_up} />}
      {request.orbit && <OrbitPanel orbit={request.orbit} />}
      {!ambiguous && alternatives}
      <History entries={request.history} />
    </>
  );
}

/** What can be drawn: distances and residuals, why the distance is known, the track on the sky. */
function Drawings({ request, measured }: { request: RequestDetail; measured: boolean }) {
  const text = useText();
  return (
    <>
      {measured && (
        <Section title={text.request.charts}>
          <Suspense fallback={<ChartPlaces />}>
            <Charts observations={request.observations} />
          </Suspense>
        </Section>
      )}
      {measured && <WhyPanel request={request} />}
      {request.observations.length > 1 && (
        <Section title={text.sky.title}>
          <SkyTrack points={request.observations} />
        </Section>
      )}
    </>
  );
}

/** What keeps the room of the charts until their code is there. */
function ChartPlaces() {
  return (
    <div className={classes.charts}>
      <Skeleton className={classes.chart} />
      <Skeleton className={classes.chart} />
    </div>
  );
}

import { useMemo } from "react";
import { Alert, Anchor, Skeleton, Text } from "@mantine/core";
import { Link } from "wouter";
import { FailurePanel } from "@/components/failure-panel.tsx";
import { Icon } from "@/components/icon.tsx";
import { ResponsiveTable } from "@/components/responsive-table.tsx";
import { Section } from "@/components/section.tsx";
import { UnitSwitch } from "@/components/unit-switch.tsx";
import { useText } from "@/i18n/language.tsx";
import { useDistanceUnit } from "@/lib/preferences.ts";
import { usePrediction, type PredictedObservation } from "./truth-api.ts";
import { truthColumns, type Compared } from "./truth-columns.tsx";
import type { CatalogueEntry, RequestDetail } from "./types.ts";

/** The computed distances beside those of the catalogue's orbit, and which observations are not of this asteroid. */
export function TruthCheck({ request, asteroid }: { request: RequestDetail; asteroid: CatalogueEntry }) {
  const { truth: words } = useText().catalogue;
  const query = usePrediction(request);
  // Where distances were computed, the table of observations above has the switch already.
  const measured = request.observations.some((row) => row.distance_au);
  return (
    <Section title={words.title} subtitle={words.subtitle} aside={measured ? undefined : <UnitSwitch />} bare>
      <Anchor component={Link} to={`/asteroids/${asteroid.spkid}`} fw={600} style={{ alignSelf: "flex-start" }}>
        {asteroid.full_name}
      </Anchor>
      {query.data ? (
        <Comparison request={request} predicted={query.data.observations} />
      ) : query.error ? (
        <FailurePanel title={words.failed} error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Skeleton height={160} radius="lg" />
      )}
    </Section>
  );
}

function Comparison({ request, predicted }: { request: RequestDetail; predicted: PredictedObservation[] }) {
  const text = useText();
  const { truth: words } = text.catalogue;
  const [unit] = useDistanceUnit();
  const columns = useMemo(() => truthColumns(text, unit), [text, unit]);
  const byId = new Map(predicted.map((row) => [row.id, row]));
  const rows = request.observations.flatMap((observation): Compared[] => {
    const found = byId.get(observation.id);
    return found ? [{ observation, predicted: found }] : [];
  });
  const strangers = rows.filter((row) => !row.predicted.belongs).length;
  return (
    <>
      {strangers === 0 ? (
        <Text size="sm">{words.allBelong}</Text>
      ) : (
        <Alert color="orange" icon={<Icon name="warning" />} p="sm">
          {words.strangers(strangers)}
        </Alert>
      )}
      <ResponsiveTable
        label={words.table}
        columns={columns}
        rows={rows}
        rowKey={(row) => row.observation.id}
        tone={(row) => (row.predicted.belongs ? undefined : "warning")}
      />
    </>
  );
}

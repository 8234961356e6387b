import { lazy, Suspense } from "react";
import { Alert, Button, Skeleton, Stack, Text } from "@mantine/core";
import { Link } from "wouter";
import { FailurePanel } from "@/components/failure-panel.tsx";
import { Icon } from "@/components/icon.tsx";
import { DayText } from "@/components/moments.tsx";
import { Section } from "@/components/section.tsx";
import { UnitSwitch } from "@/components/unit-switch.tsx";
import { useText } from "@/i18n/language.tsx";
import { useDistanceUnit } from "@/lib/preferences.ts";
import { formatNumber } from "@/lib/quantity.ts";
import { useVisitor } from "@/lib/session.tsx";
import { UNITS_PER_AU } from "@/lib/units.ts";
import { hasOrbit, useYearAhead } from "./prediction-api.ts";
import type { Asteroid, Position } from "./types.ts";
import classes from "./catalogue.module.css";

const YearChart = lazy(() => import("./year-chart.tsx"));

/** How far the asteroid is today and in the coming year; for whoever is signed in. */
export function YearAhead({ asteroid }: { asteroid: Asteroid }) {
  const { one: words } = useText().catalogue;
  const visitor = useVisitor() === null;
  return (
    <Section title={words.distance} subtitle={words.fromCentre} aside={visitor ? undefined : <UnitSwitch />}>
      {!hasOrbit(asteroid) ? (
        <Text c="dimmed">{words.noOrbit}</Text>
      ) : visitor ? (
        <SignInFirst spkid={asteroid.spkid} />
      ) : (
        <Prediction asteroid={asteroid} />
      )}
    </Section>
  );
}

function Prediction({ asteroid }: { asteroid: Asteroid }) {
  const { one: words } = useText().catalogue;
  const year = useYearAhead(asteroid, true);
  if (year.data) return <Year positions={year.data} />;
  if (!year.error) return <Skeleton height={340} radius="md" />;
  return <FailurePanel title={words.predictionFailed} error={year.error} onRetry={() => void year.refetch()} />;
}

function Year({ positions }: { positions: readonly Position[] }) {
  const { one: words } = useText().catalogue;
  const sorted = [...positions].sort((one, other) => one.distance_au - other.distance_au);
  const facts: [string, Position | undefined][] = [
    [words.distanceNow, positions[0]],
    [words.nearest, sorted[0]],
    [words.farthest, sorted.at(-1)],
  ];
  return (
    <Stack gap="md">
      <dl className={classes.facts}>
        {facts.map(([label, position]) => position && <Distance key={label} label={label} position={position} />)}
      </dl>
      <Suspense fallback={<Skeleton height={280} />}>
        <YearChart positions={positions} />
      </Suspense>
    </Stack>
  );
}

function Distance({ label, position }: { label: string; position: Position }) {
  const text = useText();
  const [unit] = useDistanceUnit();
  const decimals = unit === "au" ? 5 : unit === "ld" ? 2 : 0;
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <Text fw={600}>
          {formatNumber(position.distance_au * UNITS_PER_AU[unit], text.locale, decimals)} {text.request.units[unit]}
        </Text>
        <Text size="xs" c="dimmed" component="div">
          <DayText moment={position.time} />
        </Text>
      </dd>
    </div>
  );
}

function SignInFirst({ spkid }: { spkid: number }) {
  const { one: words } = useText().catalogue;
  return (
    <Alert color="petrol" icon={<Icon name="info" />} title={words.signInTitle}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{words.signInText}</Text>
        <Button
          component={Link}
          to={`/sign-in?next=${encodeURIComponent(`/asteroids/${spkid}`)}`}
          variant="default"
          size="xs"
        >
          {words.signIn}
        </Button>
      </Stack>
    </Alert>
  );
}

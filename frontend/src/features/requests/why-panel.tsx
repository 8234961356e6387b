import { useState } from "react";
import { Button, Stack, Text } from "@mantine/core";
import { ParallaxPlot } from "@/components/parallax-plot.tsx";
import { Section } from "@/components/section.tsx";
import { useText } from "@/i18n/language.tsx";
import { parallaxOf } from "@/lib/parallax.ts";
import { formatAtLeast, formatNumber } from "@/lib/quantity.ts";
import { formatAngularSize, formatPart } from "./follow-up-text.ts";
import { decidingNights, sharesOf, type NightShare, type Shares } from "./night-shares.ts";
import type { RequestDetail } from "./types.ts";
import classes from "./why-panel.module.css";

const SHOWN_AT_FIRST = 8;
/** Less than this of what orbits are usual is not worth a word. */
const CENSUS_FROM = 0.02;

/** Why this distance: the Earth's way as a baseline, and the nights that constrain it most. */
export function WhyPanel({ request }: { request: RequestDetail }) {
  const text = useText();
  const words = text.why;
  const parallax = parallaxOf(request.observations);
  const shares = sharesOf(request.observations);
  if (!parallax) return null;
  const angle = (value: number) => formatAngularSize(3_600 * value, text.locale);
  const rms = request.orbit?.rms_arcsec;
  return (
    <Section title={words.title} subtitle={words.subtitle}>
      <div className={classes.columns}>
        <Stack gap="md">
          <Text>
            {words.baseline(formatAtLeast(parallax.baseline_au, text.locale, 3), angle(parallax.baseline_deg))}{" "}
            {words.bend(formatAtLeast(parallax.bend_au, text.locale, 4), angle(parallax.bend_deg))}{" "}
            {rms !== undefined && words.accuracy(formatAngularSize(rms, text.locale))}
          </Text>
          {shares && <NightBars shares={shares} />}
        </Stack>
        <figure className={classes.figure}>
          <ParallaxPlot parallax={parallax} />
          <Text component="figcaption" size="xs" c="dimmed">
            {words.caption}
          </Text>
        </figure>
      </div>
    </Section>
  );
}

/** The share of each night, the strongest first. */
function NightBars({ shares }: { shares: Shares }) {
  const text = useText();
  const words = text.why;
  const [all, setAll] = useState(false);
  const strongest = [...shares.nights].sort((one, other) => other.share - one.share);
  const deciding = decidingNights(shares);
  const percent = (share: number) => `${formatNumber(100 * share, text.locale, share < 0.0995 ? 1 : 0)} %`;
  const half = deciding.reduce((sum, { share }) => sum + share, 0);
  const isMostlyCensus = shares.census > 0.5;
  return (
    <Stack gap="xs">
      <Text fw={600}>
        {isMostlyCensus
          ? words.mostlyCensus(formatPart(shares.census, text.locale))
          : words.deciding(deciding.length, shares.nights.length, percent(half))}
      </Text>
      <ul className={classes.bars} aria-label={words.bars}>
        {(all ? strongest : strongest.slice(0, SHOWN_AT_FIRST)).map((night) => (
          <Bar key={night.from} night={night} largest={strongest[0]?.share ?? 1} label={percent(night.share)} />
        ))}
      </ul>
      {strongest.length > SHOWN_AT_FIRST && (
        <div>
          <Button variant="subtle" size="compact-sm" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? text.intake.previewLess : words.showAll(strongest.length)}
          </Button>
        </div>
      )}
      {!isMostlyCensus && shares.census >= CENSUS_FROM && <Text size="sm">{words.census(percent(shares.census))}</Text>}
      <Text size="xs" c="dimmed">
        {words.meaning}
      </Text>
    </Stack>
  );
}

function Bar({ night, largest, label }: { night: NightShare; largest: number; label: string }) {
  const text = useText();
  return (
    <li className={classes.bar}>
      <span>{night.from.slice(0, 10)}</span>
      <span className={classes.track} aria-hidden="true">
        <span className={classes.fill} style={{ width: `${(100 * night.share) / largest}%` }} />
      </span>
      <span className={classes.share}>{label}</span>
      <span className={classes.count}>{text.request.observationCount(night.count)}</span>
    </li>
  );
}

import type { ReactNode } from "react";
import { Anchor, Paper, Stack, Text } from "@mantine/core";
import { Link } from "wouter";
import { useText } from "@/i18n/language.tsx";
import { formatCount } from "./position.ts";
import type { PiCalculation, PiResult } from "./types.ts";
import classes from "./pi.module.css";

/** The digit that was asked for, among its neighbours, and what else is known of the result. */
export function ResultPanel({ calculation, result }: { calculation: PiCalculation; result: PiResult }) {
  const text = useText();
  const words = text.pi.one;
  const position = calculation.pi.digit_position;
  return (
    <Paper withBorder p={{ base: "md", sm: "lg" }} component="section" aria-label={words.facts}>
      <Stack gap="md">
        <div className={classes.outcome}>
          <div>
            <Text size="sm" c="dimmed">
              {words.digit(formatCount(position, text.locale))}
            </Text>
            <Text className={classes.found}>{result.digit}</Text>
          </div>
          <div>
            <Text size="sm" c="dimmed">
              {words.around}
            </Text>
            <Neighbours result={result} position={position} />
          </div>
        </div>
        <dl className={classes.facts}>
          <Fact label={words.origin}>
            {result.source_calculation_id === "" ? (
              words.computed
            ) : (
              <Anchor component={Link} to={`/pi/${result.source_calculation_id}`}>
                {words.taken_over}
              </Anchor>
            )}
          </Fact>
          <Fact label={words.checksum} wide>
            <span className={classes.checksum}>{result.checksum_sha256}</span>
          </Fact>
        </dl>
      </Stack>
    </Paper>
  );
}

function Neighbours({ result, position }: { result: PiResult; position: number }) {
  const at = position - result.context_position;
  const before = result.context.slice(0, at);
  return (
    <Text className={classes.around} component="p" m={0}>
      {result.context_position > 0 && "…"}
      {result.context_position === 0 ? before.replace(/^3/, "3.") : before}
      <mark>{result.context[at]}</mark>
      {position === 0 && "."}
      {result.context.slice(at + 1)}…
    </Text>
  );
}

export function Fact({ label, wide = false, children }: { label: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={wide ? classes.wide : undefined}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

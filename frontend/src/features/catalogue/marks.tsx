import { Badge, Group } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import type { Asteroid } from "./types.ts";

/** NEO and PHA; nothing for what is neither. */
export function Marks({ asteroid }: { asteroid: Pick<Asteroid, "neo" | "pha"> }) {
  const { marks } = useText().catalogue;
  if (!asteroid.neo && !asteroid.pha) return null;
  return (
    <Group gap={6} wrap="nowrap" component="span">
      {asteroid.neo && (
        <Badge variant="light" color="petrol" tt="none" title={marks.neoTitle}>
          {marks.neo}
        </Badge>
      )}
      {asteroid.pha && (
        <Badge variant="light" color="amber" tt="none" title={marks.phaTitle}>
          {marks.pha}
        </Badge>
      )}
    </Group>
  );
}

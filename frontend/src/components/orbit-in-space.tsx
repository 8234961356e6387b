import { useId } from "react";
import { Button, Group, Text } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import type { DrawnOrbit } from "@/lib/drawn-orbit.ts";
import { EDGE_DEG, FROM_ABOVE } from "@/lib/orbit-view.ts";
import { OrbitDrawing } from "./orbit-drawing.tsx";
import { useOrbitView } from "./use-orbit-view.ts";
import classes from "./orbit-in-space.module.css";

/** The orbit among those of the planets, to be turned by dragging and by the arrow keys; from above at first. */
export default function OrbitInSpace({ orbit }: { orbit: DrawnOrbit }) {
  const { sky: words } = useText();
  const hint = useId();
  const { view, go, handlers } = useOrbitView();
  const seen = words.seen(Math.round(EDGE_DEG - view.tilt_deg), Math.round(view.turn_deg) % 360);
  const fromAbove = view.tilt_deg === 0 && view.turn_deg === 0;
  return (
    <div>
      <div
        className={classes.stage}
        tabIndex={0}
        role="group"
        aria-label={words.orbitSpace}
        aria-describedby={hint}
        {...handlers}
      >
        <OrbitDrawing orbit={orbit} view={view} label={`${words.orbitPlot}. ${seen}`} />
      </div>
      <Group justify="space-between" gap="xs" mt={6}>
        <Text size="xs" c="dimmed" role="status">
          {seen}
        </Text>
        <Group gap={6}>
          <Button variant="default" size="compact-xs" onClick={() => go(FROM_ABOVE)} disabled={fromAbove}>
            {words.fromAbove}
          </Button>
          <Button
            variant="default"
            size="compact-xs"
            onClick={() => go({ ...view, tilt_deg: EDGE_DEG - 10 })}
            disabled={view.tilt_deg === EDGE_DEG - 10}
          >
            {words.fromSide}
          </Button>
        </Group>
      </Group>
      <Text size="xs" c="dimmed" mt={4} id={hint}>
        {words.turnHint}
      </Text>
    </div>
  );
}

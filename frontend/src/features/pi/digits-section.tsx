import { useCallback, useId, useRef, useState } from "react";
import { Button, Group, Paper, Stack, Title } from "@mantine/core";
import { useSearchParams } from "wouter";
import { Icon } from "@/components/icon.tsx";
import { useText } from "@/i18n/language.tsx";
import { downloadPath } from "./api.ts";
import { CopyMenu } from "./copy-menu.tsx";
import { DigitViewer, type Focus } from "./digit-viewer.tsx";
import { FindBar } from "./find-bar.tsx";
import { FindStatus } from "./find-status.tsx";
import { JumpForm } from "./jump-form.tsx";
import { formatCount, positionWithin } from "./position.ts";
import { useFind } from "./use-find.ts";
import classes from "./digits.module.css";

/** The digits of a finished calculation, and the tools to read them. The address keeps where the reader jumped to. */
export function DigitsSection({ calculationId, last }: { calculationId: string; last: number }) {
  const text = useText();
  const words = text.pi.digits;
  const titleId = useId();
  const [params, setParams] = useSearchParams();
  const [focus, setFocus] = useState<Focus>(() => {
    const at = positionWithin(params.get("at") ?? "", last);
    return { position: at ?? last, length: 1 };
  });
  const inViewRef = useRef({ from: 0, to: 0 });
  const onFind = useCallback((position: number, length: number) => setFocus({ position, length }), []);
  const search = useFind(calculationId, last, onFind);
  const jump = (position: number) => {
    setFocus({ position, length: 1 });
    setParams(position === last ? {} : { at: String(position) }, { replace: true });
  };
  const written = formatCount(last, text.locale);
  return (
    <Paper withBorder p={{ base: "md", sm: "lg" }} component="section" aria-labelledby={titleId}>
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Title order={2} id={titleId}>
            {words.title(written, last)}
          </Title>
          <Group gap={8}>
            <Button variant="default" size="xs" onClick={() => jump(last)}>
              {words.toAsked(written)}
            </Button>
            <CopyMenu calculationId={calculationId} last={last} inViewRef={inViewRef} />
            <Button
              component="a"
              href={downloadPath(calculationId)}
              download
              variant="default"
              size="xs"
              leftSection={<Icon name="download" size={14} />}
            >
              {words.download}
            </Button>
          </Group>
        </Group>
        <div className={classes.tools}>
          <JumpForm last={last} onJump={jump} />
          <FindBar search={search} />
        </div>
        <FindStatus search={search} last={last} />
        <DigitViewer calculationId={calculationId} last={last} focus={focus} find={search.find} inViewRef={inViewRef} />
      </Stack>
    </Paper>
  );
}

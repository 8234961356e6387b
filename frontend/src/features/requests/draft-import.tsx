import { useState } from "react";
import { Alert, Button, Group, Paper, Stack, Title } from "@mantine/core";
import { useSessionStorage } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { failureText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { useImportFile } from "./intake-api.ts";
import { ObservationIntake } from "./observation-intake.tsx";
import type { RequestDetail } from "./types.ts";
import { useIntake } from "./use-intake.ts";

interface PastedFile {
  open: boolean;
  text: string;
  /** The one object of the file to take; empty: all. */
  object: string;
  /** What stood there before another file took its place, or before it was cleared. */
  earlier: string;
}

const CLOSED: PastedFile = { open: false, text: "", object: "", earlier: "" };

/** The file being added to a draft, kept in this tab until it is added or closed. */
export function usePastedFile(requestId: number) {
  const [file, setFile, forget] = useSessionStorage<PastedFile>({
    key: `astrodist-import-${requestId}`,
    defaultValue: CLOSED,
    getInitialValueInEffect: false,
  });
  return { file, setFile, forget, dirty: file.open && file.text.trim() !== "" };
}

type DraftImportProps = { request: RequestDetail } & ReturnType<typeof usePastedFile>;

/** Observations of a file for a draft: shown and checked first, added all at once. */
export function DraftImport({ request, file, setFile, forget }: DraftImportProps) {
  const text = useText();
  const { id: requestId, updated_at: draftState } = request;
  const intake = useIntake({ requestId, text: file.text, designation: file.object, draftState });
  const add = useImportFile(requestId);
  const [tried, setTried] = useState(false);
  const obstacle =
    intake.errorCount > 0 ? text.intake.mendFirst : intake.state === "read" ? null : text.intake.stillReading;
  const onAdd = () => {
    setTried(true);
    if (obstacle !== null) return;
    add.mutate(
      { content: intake.content, designation: file.object },
      {
        onSuccess: (read) => {
          forget();
          notifications.show({ color: "petrol", message: text.intake.added(read.observation_count) });
        },
      },
    );
  };
  const problem = add.error ? failureText(text, add.error) : tried ? obstacle : null;
  return (
    <Paper withBorder p={{ base: "md", sm: "lg" }} component="section" aria-label={text.intake.title}>
      <Stack>
        <Title order={2}>{text.intake.title}</Title>
        <ObservationIntake
          intake={intake}
          value={file.text}
          earlier={file.earlier}
          onChange={(pasted) => setFile((now) => ({ ...now, text: pasted, object: "" }))}
          onReplace={(pasted) =>
            setFile((now) => ({ ...now, text: pasted, object: "", earlier: now.text || now.earlier }))
          }
          designation={file.object}
          onDesignation={(object) => setFile({ ...file, object })}
        />
        {problem !== null && (
          <Alert color="red" role="alert">
            {problem}
          </Alert>
        )}
        <Group justify="flex-end">
          {/* What was typed stays in the tab and is there again when this is opened. */}
          <Button variant="default" onClick={() => setFile({ ...file, open: false })}>
            {text.common.close}
          </Button>
          <Button onClick={onAdd} loading={add.isPending} disabled={intake.rowCount === 0}>
            {text.intake.add(intake.rowCount)}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

import { useId, useRef, useState, type DragEvent } from "react";
import { Alert, Button, FileButton, Group, Input, Select, Stack, Text } from "@mantine/core";
import { Icon } from "@/components/icon.tsx";
import { failureText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { FilePreview } from "./file-preview.tsx";
import { IntakeSummary } from "./intake-summary.tsx";
import { goToProblem, MarkedText } from "./marked-text.tsx";
import { ProblemList } from "./problem-list.tsx";
import type { Intake } from "./use-intake.ts";
import classes from "./intake.module.css";

const LARGEST_BYTES = 2 * 1024 * 1024; // what the server takes

interface ObservationIntakeProps {
  intake: Intake;
  value: string;
  onChange: (value: string) => void;
  /** What stood there before `onReplace`; empty: nothing did. */
  earlier: string;
  /** Puts another text in place of all that is there, which becomes the earlier one. */
  onReplace: (value: string) => void;
  designation: string;
  onDesignation: (designation: string) => void;
}

/** A text pasted, typed, dropped or chosen as a file; what is wrong in it, and what was understood. */
export function ObservationIntake({ intake, value, onChange, earlier, onReplace, ...object }: ObservationIntakeProps) {
  const { designation, onDesignation } = object;
  const text = useText();
  const { intake: words } = text;
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const drop = useFileDrop(onReplace);
  const invalid = intake.state !== "idle" && intake.errorCount > 0;
  return (
    <Stack gap="md">
      <Input.Wrapper id={id} label={words.label} description={words.hint}>
        <div className={classes.drop} data-over={drop.over || undefined} {...drop.handlers} style={{ marginTop: 6 }}>
          <MarkedText
            id={id}
            ref={area}
            value={value}
            onChange={onChange}
            problems={intake.problems}
            placeholder={drop.over ? words.drop : text.draft.pasteExample}
            describedBy={`${id}-summary`}
            invalid={invalid}
          />
        </div>
        <Group gap="xs" mt={6}>
          <FileButton onChange={(file) => file && void drop.read(file)} inputProps={{ "aria-label": words.choose }}>
            {(props) => (
              <Button {...props} variant="default" size="xs" leftSection={<Icon name="paste" size={14} />}>
                {words.choose}
              </Button>
            )}
          </FileButton>
          {value !== "" && (
            <Button variant="subtle" size="xs" onClick={() => onReplace("")}>
              {words.clear}
            </Button>
          )}
          {earlier !== "" && earlier !== value && (
            <Button
              variant="subtle"
              size="xs"
              leftSection={<Icon name="repeat" size={14} />}
              title={words.undoHint}
              onClick={() => onReplace(earlier)}
            >
              {words.undo}
            </Button>
          )}
          {drop.problem !== null && (
            <Text size="sm" c="red" role="alert">
              {words[drop.problem]}
            </Text>
          )}
        </Group>
      </Input.Wrapper>
      {(intake.objects.length > 1 || designation !== "") && (
        <Select
          label={words.objects}
          description={words.objectsHint}
          clearable
          value={designation || null}
          onChange={(chosen) => onDesignation(chosen ?? "")}
          data={intake.objects.map((one) => ({
            value: one.designation,
            label: words.objectOption(one.designation, one.observation_count),
          }))}
        />
      )}
      <div id={`${id}-summary`} role="status" className={classes.summary}>
        <IntakeSummary intake={intake} />
      </div>
      {intake.state === "failed" && (
        <Alert color="red" title={words.failed} role="alert">
          <Group justify="space-between" gap="sm">
            {failureText(text, intake.error)}
            <Button variant="default" size="xs" onClick={intake.retry}>
              {text.common.retry}
            </Button>
          </Group>
        </Alert>
      )}
      <ProblemList
        problems={intake.problems}
        count={intake.problemCount}
        onGo={(problem) => goToProblem(area.current, problem)}
      />
      <FilePreview rows={intake.rows} />
    </Stack>
  );
}

type DropProblem = "tooLarge" | "unreadable" | "dropFirst";

/** A file dropped or chosen becomes the text. */
function useFileDrop(onText: (content: string) => void) {
  const [over, setOver] = useState(false);
  const [problem, setProblem] = useState<DropProblem | null>(null);
  const read = async (file: File, others = 0) => {
    setProblem(file.size > LARGEST_BYTES ? "tooLarge" : others > 0 ? "dropFirst" : null);
    if (file.size > LARGEST_BYTES) return;
    try {
      onText((await file.text()).replace(/\r\n?/g, "\n"));
    } catch {
      setProblem("unreadable");
    }
  };
  const handlers = {
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      const file = event.dataTransfer.files.item(0);
      setOver(false);
      if (!file) return;
      event.preventDefault();
      void read(file, event.dataTransfer.files.length - 1);
    },
  };
  return { over, problem, read, handlers };
}

import { useRef, useState, type SubmitEvent, type KeyboardEvent } from "react";
import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { Refusal } from "@/components/refusal.tsx";
import { fieldErrorText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { ApiError } from "@/lib/http.ts";
import { useSaveObservation } from "./change-api.ts";
import {
  checkObservation,
  EMPTY_TEXTS,
  fieldOfPath,
  isTouched,
  type FieldProblems,
  type ObservationField,
  type ObservationTexts,
} from "./observation-values.ts";
import { StationPicker } from "./station-picker.tsx";
import type { Observation } from "./types.ts";
import classes from "./request.module.css";

interface ObservationEditorProps {
  requestId: number;
  /** The row being changed; null: a new one. */
  observation: Observation | null;
  texts: ObservationTexts;
  onTexts: (texts: ObservationTexts) => void;
  /** Where the caret begins. */
  startField: ObservationField;
  onClose: () => void;
  /** To the row above or below, once this one is as it should be. */
  onMove: (step: 1 | -1, field: ObservationField) => void;
}

/** One observation in texts. Enter saves, up and down save and go on to the row beside; a new row leaves the editor
 * open for the next, with its station. */
export function ObservationEditor(props: ObservationEditorProps) {
  const { requestId, observation, texts, startField, onTexts, onClose, onMove } = props;
  const text = useText();
  const save = useSaveObservation(requestId);
  const [problems, setProblems] = useState<FieldProblems>({});
  const timeInput = useRef<HTMLInputElement>(null);

  // Saving ends in other texts or another row: what is typed meanwhile would be lost.
  const readOnly = save.isPending;
  const saveThen = (then: () => void) => {
    if (readOnly) return;
    const checked = checkObservation(text, texts, observation ?? undefined);
    setProblems(checked.problems ?? {});
    if (checked.values === null) return;
    save.mutate(
      { observationId: observation?.id ?? null, values: checked.values },
      {
        onSuccess: then,
        onError: (error) => setProblems(fieldProblems(error, (item) => fieldErrorText(text, item))),
      },
    );
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    saveThen(() => {
      if (observation) {
        onClose();
        return;
      }
      onTexts({ ...EMPTY_TEXTS, station: texts.station, sigmaRa: texts.sigmaRa, sigmaDec: texts.sigmaDec });
      timeInput.current?.focus();
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented) return;
    if (event.key === "Escape") onClose();
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : null;
    const field = (event.target as HTMLElement).dataset.field as ObservationField | undefined;
    if (step === null || field === undefined || observation === null) return;
    event.preventDefault();
    if (isTouched(texts, observation)) saveThen(() => onMove(step, field));
    else onMove(step, field);
  };
  const field = (name: ObservationField) => ({
    value: texts[name],
    error: problems[name],
    readOnly,
    autoComplete: "off",
    autoFocus: name === startField,
    "data-field": name,
    onChange: (event: { currentTarget: HTMLInputElement }) => {
      onTexts({ ...texts, [name]: event.currentTarget.value });
      setProblems(without(problems, name));
    },
  });
  return (
    <form
      onSubmit={onSubmit}
      onKeyDown={onKeyDown}
      noValidate
      aria-label={observation ? text.draft.editTitle : text.draft.addTitle}
    >
      <Stack gap="sm">
        <Refusal error={save.error} isPlaced={(item) => fieldOfPath(item.path) !== undefined} />
        <div className={classes.editorGrid}>
          <TextInput {...field("time")} ref={timeInput} label={text.draft.time} placeholder={text.draft.timeHint} />
          <TextInput {...field("ra")} label={text.draft.ra} placeholder={text.draft.raHint} />
          <TextInput {...field("dec")} label={text.draft.dec} placeholder={text.draft.decHint} />
          <StationPicker
            value={texts.station}
            error={problems.station}
            readOnly={readOnly}
            onChange={(station) => {
              onTexts({ ...texts, station });
              setProblems(without(problems, "station"));
            }}
          />
        </div>
        <Group justify="space-between" align="flex-end" gap="sm">
          <div className={classes.sigmaGrid}>
            <TextInput {...field("sigmaRa")} label={text.draft.sigmaRa} placeholder={text.common.optional} />
            <TextInput {...field("sigmaDec")} label={text.draft.sigmaDec} placeholder={text.common.optional} />
          </div>
          <Group gap="xs">
            <Text size="xs" c="dimmed" className={classes.keys}>
              {observation ? text.draftTable.editKeys : text.draft.keys}
            </Text>
            <Button variant="default" onClick={onClose}>
              {text.common.close}
            </Button>
            <Button type="submit" loading={readOnly}>
              {text.draft.saveObservation}
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  );
}

function fieldProblems(error: unknown, toText: (item: ApiError["fieldErrors"][number]) => string): FieldProblems {
  const problems: FieldProblems = {};
  for (const item of error instanceof ApiError ? error.fieldErrors : []) {
    const field = fieldOfPath(item.path);
    if (field) problems[field] = toText(item);
  }
  return problems;
}

function without(problems: FieldProblems, name: ObservationField): FieldProblems {
  return Object.fromEntries(Object.entries(problems).filter(([field]) => field !== name));
}

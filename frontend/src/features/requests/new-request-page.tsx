import { useMemo, useState, type SubmitEvent } from "react";
import { Anchor, Button, Group, List, Paper, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { useSessionStorage } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { Link, useLocation } from "wouter";
import { Icon } from "@/components/icon.tsx";
import { Refusal } from "@/components/refusal.tsx";
import { fieldErrorText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { ApiError, type FieldError } from "@/lib/http.ts";
import { useCreateRequest } from "./change-api.ts";
import { problemsOfErrors, readPastedLines } from "./pasted-lines.ts";

const EMPTY = { designation: "", comment: "", pasted: "" };

/** Names the object and, where they are at hand as lines, takes its observations at once. */
export default function NewRequestPage() {
  const text = useText();
  const [, navigate] = useLocation();
  const create = useCreateRequest();
  const [missing, setMissing] = useState(false);
  const [typed, setTyped, forget] = useSessionStorage({
    key: "astrodist-new-request",
    defaultValue: EMPTY,
    getInitialValueInEffect: false,
  });
  const lines = useMemo(() => readPastedLines(text, typed.pasted), [text, typed.pasted]);
  const errors = create.error instanceof ApiError ? create.error.fieldErrors : [];
  const refused = (path: string) => {
    const found = errors.find((item) => item.path === path);
    return found && fieldErrorText(text, found);
  };
  const toProblems = (items: readonly FieldError[]) =>
    problemsOfErrors(items, lines.lines, (item) => fieldErrorText(text, item));
  const refusedLines = toProblems(errors);
  const isPlaced = (item: FieldError) =>
    item.path === "designation" || item.path === "comment" || toProblems([item]).length > 0;
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    setMissing(typed.designation.trim() === "");
    if (typed.designation.trim() === "" || lines.problems.length > 0) return;
    const request = {
      designation: typed.designation.trim(),
      comment: typed.comment,
      ...(lines.observations.length > 0 && { observations: lines.observations }),
    };
    create.mutate(request, {
      onSuccess: (row) => {
        forget();
        notifications.show({ color: "petrol", message: text.draft.created });
        navigate(`/requests/${row.id}`, { replace: true });
      },
    });
  };
  return (
    <Stack gap="md" maw={760} mx="auto">
      <Anchor component={Link} to="/requests" size="sm">
        <Group gap={6} component="span">
          <Icon name="back" size={16} />
          {text.request.back}
        </Group>
      </Anchor>
      <div>
        <Title order={1}>{text.draft.newTitle}</Title>
        <Text c="dimmed">{text.draft.newText}</Text>
      </div>
      <Paper withBorder p={{ base: "md", sm: "lg" }}>
        <form onSubmit={onSubmit} noValidate>
          <Stack>
            <Refusal error={create.error} isPlaced={isPlaced} />
            <TextInput
              label={text.draft.designation}
              placeholder={text.draft.designationHint}
              required
              autoFocus
              maxLength={100}
              value={typed.designation}
              onChange={(event) => setTyped({ ...typed, designation: event.currentTarget.value })}
              error={missing && typed.designation.trim() === "" ? text.draft.problems.required : refused("designation")}
            />
            <Textarea
              label={text.draft.comment}
              placeholder={text.draft.commentHint}
              autosize
              minRows={2}
              maxRows={8}
              value={typed.comment}
              onChange={(event) => setTyped({ ...typed, comment: event.currentTarget.value })}
              error={refused("comment")}
            />
            <PasteInput
              value={typed.pasted}
              onChange={(pasted) => setTyped({ ...typed, pasted })}
              count={lines.observations.length}
              problems={[...lines.problems, ...refusedLines]}
            />
            <Group justify="flex-end">
              <Button component={Link} to="/requests" variant="default">
                {text.common.cancel}
              </Button>
              <Button type="submit" loading={create.isPending}>
                {text.draft.create}
              </Button>
            </Group>
          </Stack>
        </form>
      </Paper>
    </Stack>
  );
}

interface PasteInputProps {
  value: string;
  onChange: (pasted: string) => void;
  count: number;
  problems: readonly { line: number; message: string }[];
}

const PROBLEMS_SHOWN = 8;

function PasteInput({ value, onChange, count, problems }: PasteInputProps) {
  const text = useText();
  return (
    <Stack gap={6}>
      <Textarea
        label={`${text.draft.pasteTitle} (${text.common.optional})`}
        description={text.draft.pasteHint}
        placeholder={text.draft.pasteExample}
        autosize
        minRows={4}
        maxRows={14}
        spellCheck={false}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={problems.length > 0}
      />
      <div role="status">
        {count > 0 && <Text size="sm">{text.draft.pasted(count)}</Text>}
        {problems.length > 0 && (
          <List size="sm" c="red">
            {problems.slice(0, PROBLEMS_SHOWN).map((problem) => (
              <List.Item key={`${problem.line} ${problem.message}`}>
                {text.draft.pasteLine(problem.line, problem.message)}
              </List.Item>
            ))}
            {problems.length > PROBLEMS_SHOWN && <List.Item>… +{problems.length - PROBLEMS_SHOWN}</List.Item>}
          </List>
        )}
      </div>
    </Stack>
  );
}

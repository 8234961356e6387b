import { useState, type SubmitEvent } from "react";
import { Alert, Anchor, Button, Group, Paper, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useSessionStorage } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { Link, useLocation } from "wouter";
import { Icon } from "@/components/icon.tsx";
import { PageTitle } from "@/components/page-title.tsx";
import { Refusal } from "@/components/refusal.tsx";
import { fieldErrorText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { ApiError, type FieldError } from "@/lib/http.ts";
import { useCreateRequest } from "./change-api.ts";
import type { FileRow } from "./intake-api.ts";
import { ObservationIntake } from "./observation-intake.tsx";
import type { ObservationInput } from "./types.ts";
import { useIntake } from "./use-intake.ts";

const EMPTY = { designation: "", comment: "", pasted: "", object: "", earlier: "" };

const isPlaced = ({ path }: FieldError) => path === "designation" || path === "comment";

/** Names the object and, where they are at hand as a file, takes its observations at once. */
export default function NewRequestPage() {
  const text = useText();
  const [, navigate] = useLocation();
  const create = useCreateRequest();
  const [tried, setTried] = useState(false);
  const [typed, setTyped, forget] = useSessionStorage({
    key: "astrodist-new-request",
    defaultValue: EMPTY,
    getInitialValueInEffect: false,
  });
  const intake = useIntake({ requestId: null, text: typed.pasted, designation: typed.object });
  const found = intake.objects.length === 1 ? (intake.objects[0]?.designation ?? "") : "";
  const refused = (path: string) => {
    const errors = create.error instanceof ApiError ? create.error.fieldErrors : [];
    const error = errors.find((item) => item.path === path);
    return error && fieldErrorText(text, error);
  };
  const isSettled = intake.state === "idle" || intake.state === "read";
  const obstacle = intake.errorCount > 0 ? text.intake.mendFirst : isSettled ? null : text.intake.stillReading;
  const missing = typed.designation.trim() === "";
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (missing || obstacle !== null) return;
    const observations = intake.state === "idle" ? [] : intake.rows.map(measured);
    const { comment, designation } = typed;
    create.mutate(
      { designation: designation.trim(), comment, ...(observations.length > 0 && { observations }) },
      {
        onSuccess: (row) => {
          forget();
          notifications.show({ color: "petrol", message: text.draft.created });
          navigate(`/requests/${row.id}`, { replace: true });
        },
      },
    );
  };
  return (
    <Stack gap="md" maw={1040} mx="auto">
      <Anchor component={Link} to="/requests" size="sm">
        <Group gap={6} component="span">
          <Icon name="back" size={16} />
          {text.request.back}
        </Group>
      </Anchor>
      <div>
        <PageTitle>{text.draft.newTitle}</PageTitle>
        <Text c="dimmed">{text.draft.newText}</Text>
      </div>
      <Paper withBorder p={{ base: "md", sm: "lg" }}>
        <form onSubmit={onSubmit} noValidate>
          <Stack>
            <Refusal error={create.error} isPlaced={isPlaced} />
            <TextInput
              label={text.draft.designation}
              placeholder={found || text.draft.designationHint}
              required
              autoFocus
              maxLength={100}
              value={typed.designation}
              onChange={(event) => setTyped({ ...typed, designation: event.currentTarget.value })}
              error={tried && missing ? text.draft.problems.required : refused("designation")}
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
            <ObservationIntake
              intake={intake}
              value={typed.pasted}
              earlier={typed.earlier}
              onChange={(pasted) => setTyped((now) => ({ ...now, pasted, object: "" }))}
              onReplace={(pasted) =>
                setTyped((now) => ({ ...now, pasted, object: "", earlier: now.pasted || now.earlier }))
              }
              designation={typed.object}
              onDesignation={(object) => setTyped({ ...typed, object })}
            />
            {tried && obstacle !== null && (
              <Alert color="red" role="alert">
                {obstacle}
              </Alert>
            )}
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

/** A row of the file as a request takes it: without what it is to the file. */
function measured(row: FileRow): ObservationInput {
  const values: ObservationInput & Partial<FileRow> = { ...row };
  delete values.id;
  delete values.designation;
  delete values.line;
  return values;
}

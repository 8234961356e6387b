import { useState, type SubmitEvent } from "react";
import { Button, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { useSessionStorage } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { Refusal } from "@/components/refusal.tsx";
import { fieldErrorText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { ApiError } from "@/lib/http.ts";
import { useEditDetails } from "./change-api.ts";
import { Section } from "@/components/section.tsx";
import type { RequestDetail } from "./types.ts";

interface Details {
  designation: string;
  comment: string;
}

/** What is typed and not saved, kept in this tab: it outlives refreshing and reloading. */
export function useDetails(request: RequestDetail) {
  const [typed, setTyped, forget] = useSessionStorage<Details | null>({
    key: `astrodist-details-${request.id}`,
    defaultValue: null,
    getInitialValueInEffect: false,
  });
  const details = typed ?? { designation: request.designation, comment: request.comment };
  const dirty = details.designation !== request.designation || details.comment !== request.comment;
  return { details, setTyped, forget, dirty };
}

type DraftDetailsProps = { request: RequestDetail } & ReturnType<typeof useDetails>;

/** Name and comment of a draft. */
export function DraftDetails({ request, details, setTyped, forget, dirty }: DraftDetailsProps) {
  const text = useText();
  const edit = useEditDetails(request.id);
  const [missing, setMissing] = useState(false);
  const refused = (path: string) => {
    const found =
      edit.error instanceof ApiError ? edit.error.fieldErrors.find((item) => item.path === path) : undefined;
    return found && fieldErrorText(text, found);
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    setMissing(details.designation.trim() === "");
    if (details.designation.trim() === "") return;
    edit.mutate(details, {
      onSuccess: () => {
        forget();
        notifications.show({ color: "petrol", message: text.draft.saved });
      },
    });
  };
  return (
    <Section title={text.draft.details}>
      <form onSubmit={onSubmit} noValidate>
        <Stack gap="sm">
          <Refusal error={edit.error} isPlaced={({ path }) => path === "designation" || path === "comment"} />
          <TextInput
            label={text.draft.designation}
            value={details.designation}
            readOnly={edit.isPending}
            maxLength={100}
            onChange={(event) => setTyped({ ...details, designation: event.currentTarget.value })}
            error={missing && details.designation.trim() === "" ? text.draft.problems.required : refused("designation")}
          />
          <Textarea
            label={text.draft.comment}
            value={details.comment}
            readOnly={edit.isPending}
            autosize
            minRows={2}
            maxRows={10}
            onChange={(event) => setTyped({ ...details, comment: event.currentTarget.value })}
            error={refused("comment")}
          />
          <Group justify="flex-end">
            <Button type="submit" variant="default" disabled={!dirty} loading={edit.isPending}>
              {text.common.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

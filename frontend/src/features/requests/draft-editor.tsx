import { useState } from "react";
import { Button, Group, Paper, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useLocation } from "wouter";
import { Dialog } from "@/components/dialog.tsx";
import { Icon } from "@/components/icon.tsx";
import { failureText, wholeFailureText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { useFocusHandOver } from "@/lib/focus.ts";
import { UnknownOutcome, useDeleteRequest, useForm } from "./change-api.ts";
import { DraftDetails, useDetails } from "./draft-details.tsx";
import { usePastedFile } from "./draft-import.tsx";
import { DraftObservations } from "./draft-observations.tsx";
import { requestName } from "./request-name.ts";
import type { RequestDetail } from "./types.ts";
import { useEditing } from "./use-editing.ts";

const OBSERVATIONS_NEEDED = 3;

/** A draft in its creator's hands: name, observations, then form or delete. */
export function DraftEditor({ request }: { request: RequestDetail }) {
  const text = useText();
  const details = useDetails(request);
  const edit = useEditing(request);
  const pasted = usePastedFile(request.id);
  const unsaved = details.dirty
    ? text.draftTable.detailsUnsaved
    : edit.dirty
      ? text.draft.formUnsaved
      : pasted.dirty
        ? text.draftTable.fileOpen
        : null;
  return (
    <>
      <DraftDetails request={request} {...details} />
      <DraftObservations request={request} edit={edit} pasted={pasted} />
      <DraftActions request={request} unsaved={unsaved} />
    </>
  );
}

function DraftActions({ request, unsaved }: { request: RequestDetail; unsaved: string | null }) {
  const text = useText();
  const form = useForm(request.id);
  const [deleting, setDeleting] = useState(false);
  const place = useFocusHandOver();
  const missing = OBSERVATIONS_NEEDED - request.observations.length;
  const obstacle = missing > 0 ? text.draft.formTooFew(missing) : unsaved;
  const onForm = () =>
    form.mutate(undefined, {
      onSuccess: () => notifications.show({ color: "petrol", message: text.draft.formed }),
      onError: (error) =>
        notifications.show({
          color: "red",
          ...(error instanceof UnknownOutcome
            ? { title: text.deciding.unsure(requestName(text, request)), message: text.deciding.notKnown }
            : { title: text.decide.refused(requestName(text, request)), message: wholeFailureText(text, error) }),
        }),
    });
  return (
    <Paper withBorder p="md" ref={place}>
      <Group justify="space-between" gap="sm">
        <Text size="sm" c="dimmed" id="form-hint" style={{ flex: "1 1 240px" }} role="status">
          {obstacle ?? text.draft.formHint}
        </Text>
        <Group gap="sm">
          <Button
            variant="subtle"
            color="red"
            leftSection={<Icon name="trash" size={16} />}
            onClick={() => setDeleting(true)}
          >
            {text.draft.delete}
          </Button>
          <Button onClick={onForm} disabled={obstacle !== null} loading={form.isPending} aria-describedby="form-hint">
            {text.draft.form}
          </Button>
        </Group>
      </Group>
      {deleting && <DeleteModal request={request} onClose={() => setDeleting(false)} />}
    </Paper>
  );
}

function DeleteModal({ request, onClose }: { request: RequestDetail; onClose: () => void }) {
  const text = useText();
  const [, navigate] = useLocation();
  const remove = useDeleteRequest(request.id);
  const onDelete = () =>
    remove.mutate(undefined, {
      onSuccess: () => {
        notifications.show({ color: "petrol", message: text.draft.draftDeleted });
        navigate("/requests", { replace: true });
      },
    });
  return (
    <Dialog title={text.draft.deleteTitle} onClose={onClose}>
      <Stack>
        <Text>{text.draft.deleteText(requestName(text, request), request.observations.length)}</Text>
        {remove.error !== null && (
          <Text c="red" role="alert">
            {failureText(text, remove.error)}
          </Text>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {text.common.cancel}
          </Button>
          <Button color="red.9" onClick={onDelete} loading={remove.isPending}>
            {text.common.delete}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

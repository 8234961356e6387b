import { useState, type SubmitEvent } from "react";
import { Button, PasswordInput, Stack, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Refusal } from "@/components/refusal.tsx";
import { fieldErrorText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { ApiError, type FieldError } from "@/lib/http.ts";
import { useChangePassword, type PasswordChange } from "./api.ts";

const EMPTY: PasswordChange = { current_password: "", new_password: "" };

interface PasswordFormProps {
  username: string;
  onChanged: () => void;
}

/** The present password and the one that replaces it. */
export function PasswordForm({ username, onChanged }: PasswordFormProps) {
  const text = useText();
  const [values, setValues] = useState(EMPTY);
  const [touched, setTouched] = useState(false);
  const change = useChangePassword();

  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    setTouched(true);
    if (values.current_password === "" || values.new_password === "") return;
    change.mutate(values, {
      onSuccess: () => {
        notifications.show({ color: "green", message: text.account.changed });
        onChanged();
      },
    });
  };
  const words = (item: FieldError) => {
    if (item.path === "current_password" && item.reason === "WRONG_CREDENTIALS") return text.account.wrong;
    const format = item.reason === "INVALID_FORMAT" ? text.session.format.password : undefined;
    return format ?? fieldErrorText(text, item);
  };
  const errorOf = (field: keyof PasswordChange) => {
    if (touched && values[field] === "") return text.session.required;
    const refused = change.error instanceof ApiError ? change.error.fieldErrors : [];
    const said = refused.filter((item) => item.path === field).map(words);
    return said.length > 0 ? [...new Set(said)].join(" ") : undefined;
  };
  const input = (field: keyof PasswordChange) => ({
    value: values[field],
    error: errorOf(field),
    visibilityToggleButtonProps: { "aria-label": text.session.showCharacters, tabIndex: 0 },
    onChange: (event: { currentTarget: { value: string } }) =>
      setValues({ ...values, [field]: event.currentTarget.value }),
  });
  return (
    <form onSubmit={onSubmit} noValidate aria-label={text.account.passwordTitle}>
      <Stack gap="sm">
        <Title order={2} size="h5">
          {text.account.passwordTitle}
        </Title>
        <Refusal error={change.error} isPlaced={({ path }) => path in EMPTY} />
        {/* Whose password it is, for what keeps passwords. */}
        <input type="text" autoComplete="username" value={username} readOnly hidden />
        <PasswordInput
          label={text.account.current}
          autoComplete="current-password"
          data-autofocus
          {...input("current_password")}
        />
        <PasswordInput
          label={text.account.next}
          autoComplete="new-password"
          description={text.session.passwordHint}
          {...input("new_password")}
        />
        <Button type="submit" loading={change.isPending} style={{ alignSelf: "flex-end" }}>
          {text.account.change}
        </Button>
      </Stack>
    </form>
  );
}

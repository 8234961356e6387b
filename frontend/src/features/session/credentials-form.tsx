import { useState, type SubmitEvent } from "react";
import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { Refusal } from "@/components/refusal.tsx";
import { failureText, fieldErrorText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { ApiError } from "@/lib/http.ts";
import type { Credentials } from "./api.ts";

interface CredentialsFormProps {
  mode: "sign-in" | "register";
  submit: (credentials: Credentials) => void;
  busy: boolean;
  error: unknown;
}

export function CredentialsForm({ mode, submit, busy, error }: CredentialsFormProps) {
  const text = useText();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [touched, setTouched] = useState(false);
  const required = (value: string) => (touched && value === "" ? text.session.required : undefined);
  const isTaken = error instanceof ApiError && error.reason === "USERNAME_TAKEN";
  const refused = (field: keyof Credentials) => {
    if (!(error instanceof ApiError)) return undefined;
    if (field === "username" && isTaken) return failureText(text, error);
    const format = mode === "register" ? text.session.format[field] : undefined;
    const words = error.fieldErrors
      .filter((item) => item.path === field)
      .map((item) => (item.reason === "INVALID_FORMAT" && format ? format : fieldErrorText(text, item)));
    return words.length > 0 ? [...new Set(words)].join(" ") : undefined;
  };
  const nameError = required(username) ?? refused("username");
  const passwordError = required(password) ?? refused("password");

  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    setTouched(true);
    if (username !== "" && password !== "") submit({ username, password });
  };
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        {!isTaken && <Refusal error={error} isPlaced={({ path }) => path === "username" || path === "password"} />}
        <TextInput
          label={text.session.username}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
          error={nameError}
          autoFocus
        />
        <PasswordInput
          label={text.session.password}
          autoComplete={mode === "sign-in" ? "current-password" : "new-password"}
          description={mode === "register" ? text.session.passwordHint : undefined}
          visibilityToggleButtonProps={{ "aria-label": text.session.showCharacters, tabIndex: 0 }}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={passwordError}
        />
        <Button type="submit" loading={busy} fullWidth mt="xs">
          {mode === "sign-in" ? text.session.signIn : text.session.register}
        </Button>
      </Stack>
    </form>
  );
}

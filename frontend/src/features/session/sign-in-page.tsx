import { Alert, Anchor, Paper, Stack, Text } from "@mantine/core";
import { Link, Redirect, useSearchParams } from "wouter";
import { PageTitle } from "@/components/page-title.tsx";
import { useText } from "@/i18n/language.tsx";
import { useEnding, useRegister, useSession, useSignIn } from "./api.ts";
import { CredentialsForm } from "./credentials-form.tsx";
import { Pledge } from "./pledge.tsx";
import classes from "./sign-in-page.module.css";

/** Sign in or register, then on to where the visitor was going. */
export default function SignInPage({ mode }: { mode: "sign-in" | "register" }) {
  const text = useText();
  const session = useSession();
  const ending = useEnding();
  const [search] = useSearchParams();
  const signIn = useSignIn();
  const register = useRegister();
  const enter = mode === "sign-in" ? signIn : register;
  const next = safePath(search.get("next"));
  if (session.data) return <Redirect to={next ?? "/requests"} replace />;
  const query = next === null ? "" : `?next=${encodeURIComponent(next)}`;
  return (
    <div className={classes.page}>
      <Pledge />
      <Paper withBorder shadow="sm" p={{ base: "lg", sm: "xl" }} className={classes.form}>
        <Stack>
          <PageTitle tab={mode === "sign-in" ? text.session.signIn : text.session.register}>
            {mode === "sign-in" ? text.session.signInTitle : text.session.registerTitle}
          </PageTitle>
          {ending === "expired" && mode === "sign-in" && <Alert color="amber">{text.session.expired}</Alert>}
          <CredentialsForm key={mode} mode={mode} submit={enter.mutate} busy={enter.isPending} error={enter.error} />
          <Text size="sm" ta="center">
            {mode === "sign-in" ? text.session.noAccount : text.session.haveAccount}{" "}
            <Anchor component={Link} underline="always" to={(mode === "sign-in" ? "/register" : "/sign-in") + query}>
              {mode === "sign-in" ? text.session.register : text.session.signIn}
            </Anchor>
          </Text>
        </Stack>
      </Paper>
    </div>
  );
}

/** Only an address of ours: `//elsewhere` would leave the portal. */
function safePath(next: string | null): string | null {
  return next !== null && /^\/(?![/\\])/.test(next) ? next : null;
}

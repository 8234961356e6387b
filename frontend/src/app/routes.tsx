import { lazy, Suspense } from "react";
import { Button, Center, Loader } from "@mantine/core";
import { Link, Redirect, Route, Switch } from "wouter";
import { MessagePanel } from "@/components/message-panel.tsx";
import { ListPage } from "@/features/requests/list-page.tsx";
import { SessionGate } from "@/features/session/session-gate.tsx";
import { SignInPage } from "@/features/session/sign-in-page.tsx";
import { useText } from "@/i18n/language.tsx";

const RequestPage = lazy(() => import("@/features/requests/request-page.tsx"));
const NewRequestPage = lazy(() => import("@/features/requests/new-request-page.tsx"));

export function Routes() {
  const text = useText();
  return (
    <Switch>
      <Route path="/sign-in">
        <SignInPage mode="sign-in" />
      </Route>
      <Route path="/register">
        <SignInPage mode="register" />
      </Route>
      <Route path="/">
        <Redirect to="/requests" replace />
      </Route>
      <Route path="/requests/*?">
        <SessionGate>
          <Suspense
            fallback={
              <Center h="50vh">
                <Loader aria-label={text.common.loading} />
              </Center>
            }
          >
            <RequestRoutes />
          </Suspense>
        </SessionGate>
      </Route>
      <Route>
        <NotFound />
      </Route>
    </Switch>
  );
}

function RequestRoutes() {
  return (
    <Switch>
      <Route path="/requests" component={ListPage} />
      <Route path="/requests/new" component={NewRequestPage} />
      <Route path={/^\/requests\/(?<id>\d{1,9})\/?$/}>
        {(params) => <RequestPage key={params.id} id={Number(params.id)} />}
      </Route>
      <Route>
        <NotFound />
      </Route>
    </Switch>
  );
}

function NotFound() {
  const text = useText();
  return (
    <MessagePanel
      icon="telescope"
      title={text.app.notFoundTitle}
      action={
        <Button component={Link} to="/requests">
          {text.app.toRequests}
        </Button>
      }
    >
      {text.app.notFoundText}
    </MessagePanel>
  );
}

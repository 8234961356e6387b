import { lazy, Suspense, type ReactNode } from "react";
import { Button, Center, Loader } from "@mantine/core";
import { Link, Redirect, Route, Switch } from "wouter";
import { MessagePanel } from "@/components/message-panel.tsx";
import { ListPage } from "@/features/requests/list-page.tsx";
import { OpenGate } from "@/features/session/open-gate.tsx";
import { SessionGate } from "@/features/session/session-gate.tsx";
import { useText } from "@/i18n/language.tsx";

const AsteroidListPage = lazy(() => import("@/features/catalogue/list-page.tsx"));
const AsteroidPage = lazy(() => import("@/features/catalogue/asteroid-page.tsx"));
const CalculationListPage = lazy(() => import("@/features/calculations/list-page.tsx"));
const PiPage = lazy(() => import("@/features/pi/calculation-page.tsx"));
const PiListPage = lazy(() => import("@/features/pi/list-page.tsx"));
const SignInPage = lazy(() => import("@/features/session/sign-in-page.tsx"));
const RequestPage = lazy(() => import("@/features/requests/request-page.tsx"));
const NewRequestPage = lazy(() => import("@/features/requests/new-request-page.tsx"));

export function Routes() {
  return (
    <Switch>
      <Route path="/sign-in">
        <LatePart>
          <SignInPage mode="sign-in" />
        </LatePart>
      </Route>
      <Route path="/register">
        <LatePart>
          <SignInPage mode="register" />
        </LatePart>
      </Route>
      <Route path="/">
        <Redirect to="/requests" replace />
      </Route>
      <Route path="/requests/*?">
        <SignedInPart>
          <RequestRoutes />
        </SignedInPart>
      </Route>
      <Route path="/calculations">
        <SignedInPart>
          <CalculationListPage />
        </SignedInPart>
      </Route>
      <Route path="/pi/*?">
        <SignedInPart>
          <PiRoutes />
        </SignedInPart>
      </Route>
      <Route path="/asteroids/*?">
        <OpenGate>
          <LatePart>
            <AsteroidRoutes />
          </LatePart>
        </OpenGate>
      </Route>
      <Route>
        <NotFound />
      </Route>
    </Switch>
  );
}

/** Pages for whoever is signed in. */
function SignedInPart({ children }: { children: ReactNode }) {
  return (
    <SessionGate>
      <LatePart>{children}</LatePart>
    </SessionGate>
  );
}

/** Pages whose code comes when they are first opened. */
function LatePart({ children }: { children: ReactNode }) {
  const text = useText();
  return (
    <Suspense
      fallback={
        <Center h="50vh">
          <Loader aria-label={text.common.loading} />
        </Center>
      }
    >
      {children}
    </Suspense>
  );
}

function AsteroidRoutes() {
  return (
    <Switch>
      <Route path="/asteroids" component={AsteroidListPage} />
      <Route path={/^\/asteroids\/(?<spkid>\d{1,9})\/?$/}>
        {(params) => <AsteroidPage key={params.spkid} spkid={Number(params.spkid)} />}
      </Route>
      <Route>
        <NotFound />
      </Route>
    </Switch>
  );
}

function PiRoutes() {
  return (
    <Switch>
      <Route path="/pi" component={PiListPage} />
      <Route path={/^\/pi\/(?<id>[0-9a-f-]{36})\/?$/}>
        {(params) => <PiPage key={params.id} id={params.id ?? ""} />}
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
      page
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

import type { ReactNode } from "react";
import { Center, Loader } from "@mantine/core";
import { Redirect, useLocation, useSearch } from "wouter";
import { FailurePanel } from "@/components/failure-panel.tsx";
import { useText } from "@/i18n/language.tsx";
import { UserContext } from "@/lib/session.tsx";
import { useEnding, useSession } from "./api.ts";

/** Shows its children to whoever is signed in and sends everybody else to sign in, and back again afterwards. */
export function SessionGate({ children }: { children: ReactNode }) {
  const text = useText();
  const session = useSession();
  const ending = useEnding();
  const [path] = useLocation();
  const search = useSearch();
  if (session.isPending) {
    return (
      <Center h="50vh">
        <Loader aria-label={text.common.loading} />
      </Center>
    );
  }
  if (session.data === undefined) {
    return (
      <FailurePanel title={text.common.offline} error={session.error} onRetry={() => void session.refetch()} page />
    );
  }
  if (session.data === null) {
    const here = search ? `${path}?${search}` : path;
    return (
      <Redirect
        to={ending === "left" || here === "/requests" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(here)}`}
        replace
      />
    );
  }
  // Another user begins anew, whatever the page held.
  return (
    <UserContext key={session.data.id} value={session.data}>
      {children}
    </UserContext>
  );
}

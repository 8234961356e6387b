import type { ReactNode } from "react";
import { Center, Loader } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import { UserContext } from "@/lib/session.tsx";
import { useSession } from "./api.ts";

/** For pages that are open to all: tells its children who is signed in, which may be nobody. */
export function OpenGate({ children }: { children: ReactNode }) {
  const text = useText();
  const session = useSession();
  if (session.isPending) {
    return (
      <Center h="50vh">
        <Loader aria-label={text.common.loading} />
      </Center>
    );
  }
  return (
    <UserContext key={session.data?.id} value={session.data ?? null}>
      {children}
    </UserContext>
  );
}

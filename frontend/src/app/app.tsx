import type { ReactNode } from "react";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { BatchKeeper } from "@/features/requests/batch-keeper.tsx";
import { useEnding, useSession } from "@/features/session/api.ts";
import { LanguageProvider } from "@/i18n/language.tsx";
import { CrashBoundary } from "./crash-boundary.tsx";
import { Layout } from "./layout.tsx";
import { Notices } from "./notices.tsx";
import { NamedControls } from "./named-controls.tsx";
import { Routes } from "./routes.tsx";
import { styleNonce } from "./style-nonce.ts";
import { theme, variables } from "./theme.ts";
import { useNewPage } from "./use-new-page.ts";

interface AppProps {
  environment?: "default" | "test";
  /** Where the answers are kept. */
  client: QueryClient;
}

export function App({ environment = "default", client }: AppProps) {
  useNewPage();
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      env={environment}
      getStyleNonce={styleNonce}
    >
      <LanguageProvider>
        <QueryClientProvider client={client}>
          <NamedControls>
            <Notices />
          </NamedControls>
          <SessionBatch>
            <Layout>
              <CrashBoundary>
                <Routes />
              </CrashBoundary>
            </Layout>
          </SessionBatch>
        </QueryClientProvider>
      </LanguageProvider>
    </MantineProvider>
  );
}

/** What a moderator has ticked and decides about, above the pages. */
function SessionBatch({ children }: { children: ReactNode }) {
  const { data: user } = useSession();
  const ending = useEnding();
  return (
    <BatchKeeper user={user ?? null} left={user === null && ending === "left"}>
      {children}
    </BatchKeeper>
  );
}

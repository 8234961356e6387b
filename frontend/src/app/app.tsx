import { useState } from "react";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { endSession } from "@/features/session/api.ts";
import { LanguageProvider } from "@/i18n/language.tsx";
import { CrashBoundary } from "./crash-boundary.tsx";
import { Layout } from "./layout.tsx";
import { Notices } from "./notices.tsx";
import { createQueryClient } from "./query-client.ts";
import { NamedControls } from "./named-controls.tsx";
import { Routes } from "./routes.tsx";
import { theme, variables } from "./theme.ts";
import { useScrollToTop } from "./use-scroll-to-top.ts";

const expireSession = (client: QueryClient) => endSession(client, "expired");

export function App({ environment = "default" }: { environment?: "default" | "test" }) {
  const [client] = useState<QueryClient>(() => createQueryClient(expireSession));
  useScrollToTop();
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto" env={environment}>
      <LanguageProvider>
        <QueryClientProvider client={client}>
          <NamedControls>
            <Notices />
          </NamedControls>
          <Layout>
            <CrashBoundary>
              <Routes />
            </CrashBoundary>
          </Layout>
        </QueryClientProvider>
      </LanguageProvider>
    </MantineProvider>
  );
}

import { useState } from "react";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { forgetUser } from "@/features/session/api.ts";
import { LanguageProvider } from "@/i18n/language.tsx";
import { CrashBoundary } from "./crash-boundary.tsx";
import { Layout } from "./layout.tsx";
import { createQueryClient } from "./query-client.ts";
import { Routes } from "./routes.tsx";
import { theme } from "./theme.ts";
import { useScrollToTop } from "./use-scroll-to-top.ts";

export function App({ environment = "default" }: { environment?: "default" | "test" }) {
  const [client] = useState<QueryClient>(() => createQueryClient(forgetUser));
  useScrollToTop();
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" env={environment}>
      <LanguageProvider>
        <QueryClientProvider client={client}>
          <Notifications position="bottom-right" autoClose={6_000} limit={4} />
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

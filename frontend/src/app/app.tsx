import { useState } from "react";
import { MantineProvider, MantineThemeProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { endSession } from "@/features/session/api.ts";
import { LanguageProvider, useText } from "@/i18n/language.tsx";
import { CrashBoundary } from "./crash-boundary.tsx";
import classes from "./layout.module.css";
import { Layout } from "./layout.tsx";
import { createQueryClient } from "./query-client.ts";
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
          <Notices />
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

/** What was just done, or failed; each can be closed by a button that has a name. */
function Notices() {
  const closeButtonProps = { "aria-label": useText().common.close };
  return (
    <MantineThemeProvider inherit theme={{ components: { Notification: { defaultProps: { closeButtonProps } } } }}>
      <Notifications position="top-center" autoClose={5_000} limit={3} classNames={{ root: classes.notifications }} />
    </MantineThemeProvider>
  );
}

import { MantineProvider } from "@mantine/core";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { LanguageProvider } from "@/i18n/language.tsx";
import { CrashBoundary } from "./crash-boundary.tsx";
import { Layout } from "./layout.tsx";
import { Notices } from "./notices.tsx";
import { NamedControls } from "./named-controls.tsx";
import { Routes } from "./routes.tsx";
import { theme, variables } from "./theme.ts";
import { useScrollToTop } from "./use-scroll-to-top.ts";

interface AppProps {
  environment?: "default" | "test";
  /** Where the answers are kept. */
  client: QueryClient;
}

export function App({ environment = "default", client }: AppProps) {
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

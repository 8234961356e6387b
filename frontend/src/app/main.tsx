import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { prefetchSession } from "@/features/session/api.ts";
import { loadDictionary, preferredLanguage } from "@/i18n/dictionaries.ts";
// In a layer: our own rules win in whatever order the files of a build are read.
import "@mantine/core/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import "./global.css";
import { App } from "./app.tsx";
import { createQueryClient } from "./query-client.ts";
import { shareStyleNonce } from "./style-nonce.ts";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
shareStyleNonce();
const client = createQueryClient();
prefetchSession(client);
await loadDictionary(preferredLanguage());
createRoot(root).render(
  <StrictMode>
    <App client={client} />
  </StrictMode>,
);

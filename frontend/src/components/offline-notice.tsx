import { useSyncExternalStore } from "react";
import { Alert } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";

function subscribe(listener: () => void): () => void {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}

/** Said on every page while the device has no network at all; what is shown stays. */
export function OfflineNotice() {
  const text = useText();
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  if (online) return null;
  return (
    <Alert color="orange" p="xs" radius={0} role="status" ta="center">
      {text.requestList.offline}
    </Alert>
  );
}

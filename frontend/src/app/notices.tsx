import { lazy, Suspense, useState } from "react";
import { notificationsStore, useNotifications } from "@mantine/notifications";

// The first view has nothing to announce.
const NoticesShown = lazy(() => import("./notices-shown.tsx"));

/** Short messages about what just happened; what shows them is fetched with the first one. */
export function Notices() {
  const { notifications } = useNotifications(notificationsStore);
  const [needed, setNeeded] = useState(false);
  if (!needed && notifications.length > 0) setNeeded(true);
  return (
    needed && (
      <Suspense>
        <NoticesShown />
      </Suspense>
    )
  );
}

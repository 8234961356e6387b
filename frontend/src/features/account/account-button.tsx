import { lazy, Suspense, useState } from "react";
import { ActionIcon } from "@mantine/core";
import { Icon } from "@/components/icon.tsx";
import { useText } from "@/i18n/language.tsx";

const AccountDialog = lazy(() => import("./account-dialog.tsx"));

/** Opens the dialog about one's own account. */
export function AccountButton({ username }: { username: string }) {
  const text = useText();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <ActionIcon
        variant="default"
        size={30}
        aria-label={text.account.open}
        aria-haspopup="dialog"
        onClick={() => setOpened(true)}
      >
        <Icon name="person" size={16} />
      </ActionIcon>
      {opened && (
        <Suspense fallback={null}>
          <AccountDialog username={username} onClose={() => setOpened(false)} />
        </Suspense>
      )}
    </>
  );
}

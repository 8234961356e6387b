import { Divider, Stack } from "@mantine/core";
import { Dialog } from "@/components/dialog.tsx";
import { useText } from "@/i18n/language.tsx";
import { PasswordForm } from "./password-form.tsx";
import { TokenList } from "./token-list.tsx";

/** One's own account: the password, and the tokens of programs. */
export default function AccountDialog({ username, onClose }: { username: string; onClose: () => void }) {
  const text = useText();
  return (
    <Dialog title={text.account.title(username)} onClose={onClose}>
      <Stack>
        <PasswordForm username={username} onChanged={onClose} />
        <Divider />
        <TokenList />
      </Stack>
    </Dialog>
  );
}

import { Button } from "@mantine/core";
import { MessagePanel } from "@/components/message-panel.tsx";
import { useText } from "@/i18n/language.tsx";
import { useUser } from "@/lib/session.tsx";

/** In place of the table: nothing matches, or there is nothing at all. */
export function NoRows({ filtered, reset }: { filtered: boolean; reset: () => void }) {
  const text = useText();
  const moderator = useUser().role === "moderator";
  if (!filtered) {
    return (
      <MessagePanel icon="telescope" title={text.list.emptyTitle}>
        {moderator ? text.list.emptyModerator : text.list.emptyObserver}
      </MessagePanel>
    );
  }
  return (
    <MessagePanel
      icon="search"
      title={text.list.noMatchTitle}
      action={
        <Button variant="default" onClick={reset}>
          {text.list.reset}
        </Button>
      }
    >
      {text.list.noMatchText}
    </MessagePanel>
  );
}

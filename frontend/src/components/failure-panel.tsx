import { Button } from "@mantine/core";
import { failureText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { MessagePanel } from "./message-panel.tsx";

interface FailurePanelProps {
  title: string;
  error: unknown;
  onRetry: () => void;
  /** All that the page shows: its title is the page's. */
  page?: boolean;
}

/** Nothing to show because the server did not answer well; offers another try. */
export function FailurePanel({ title, error, onRetry, page = false }: FailurePanelProps) {
  const text = useText();
  return (
    <MessagePanel
      icon="warning"
      tone="error"
      page={page}
      title={title}
      action={
        <Button variant="default" onClick={onRetry}>
          {text.common.retry}
        </Button>
      }
    >
      {failureText(text, error)}
    </MessagePanel>
  );
}

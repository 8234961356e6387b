import { Component, type ReactNode } from "react";
import { Button } from "@mantine/core";
import { MessagePanel } from "@/components/message-panel.tsx";
import { useText } from "@/i18n/language.tsx";

/** A fault while drawing a page leaves the header standing and says what to do. */
export class CrashBoundary extends Component<{ children: ReactNode }, { crashed: boolean }> {
  override state = { crashed: false };

  static getDerivedStateFromError() {
    return { crashed: true };
  }

  override render() {
    return this.state.crashed ? <CrashPanel /> : this.props.children;
  }
}

function CrashPanel() {
  const text = useText();
  return (
    <MessagePanel
      icon="warning"
      tone="error"
      title={text.app.crashTitle}
      page
      action={<Button onClick={() => window.location.reload()}>{text.app.reload}</Button>}
    >
      {text.app.crashText}
    </MessagePanel>
  );
}

import { useMemo, type ReactNode } from "react";
import { MantineThemeProvider } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";

/** Names for the library's own buttons, in the language chosen. */
export function NamedControls({ children }: { children: ReactNode }) {
  const { close } = useText().common;
  const named = useMemo(
    () => ({
      components: { Notification: { defaultProps: { closeButtonProps: { "aria-label": close } } } },
    }),
    [close],
  );
  return <MantineThemeProvider theme={named}>{children}</MantineThemeProvider>;
}

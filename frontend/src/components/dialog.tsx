import type { ReactNode } from "react";
import { Modal, Text } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import { useFocusReturn } from "@/lib/focus.ts";

interface DialogProps {
  title: string;
  onClose: () => void;
  /** Who gets the focus when the dialog closes and its opener is gone. */
  otherwise?: readonly (Element | null)[] | undefined;
  children: ReactNode;
}

/** A dialog, open as long as it is drawn; the library's own gives the focus back only while it stays drawn. */
export function Dialog({ title, onClose, otherwise, children }: DialogProps) {
  const text = useText();
  useFocusReturn(otherwise);
  return (
    <Modal
      opened
      onClose={onClose}
      returnFocus={false}
      title={<Text fw={650}>{title}</Text>}
      closeButtonProps={{ "aria-label": text.common.close }}
    >
      {children}
    </Modal>
  );
}

import { Button, Menu, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Icon } from "@/components/icon.tsx";
import { failureText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { EXPORT_KINDS, useExport } from "./export-api.ts";

/** The request as a file: what was measured and, once there is a result, what came of it. */
export function ExportMenu({ requestId }: { requestId: number }) {
  const text = useText();
  const words = text.exports;
  const download = useExport(requestId);
  const onFailure = (error: unknown) =>
    notifications.show({ color: "red", title: words.failed, message: failureText(text, error) });
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          leftSection={<Icon name="download" size={14} />}
          loading={download.isPending}
        >
          {words.open}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {EXPORT_KINDS.map((kind) => (
          <Menu.Item key={kind} onClick={() => download.mutate(kind, { onError: onFailure })}>
            <Text size="sm" fw={600}>
              {words.names[kind]}
            </Text>
            <Text size="xs" c="dimmed">
              {words.texts[kind]}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

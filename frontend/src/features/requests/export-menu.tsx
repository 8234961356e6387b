import { Button, Menu, Text } from "@mantine/core";
import { Icon } from "@/components/icon.tsx";
import { useText } from "@/i18n/language.tsx";

const KINDS = ["csv", "json", "psv"] as const;

/** The request as a file: what was measured and, once there is a result, what came of it. */
export function ExportMenu({ requestId }: { requestId: number }) {
  const text = useText();
  const words = text.exports;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<Icon name="download" size={14} />}>
          {words.open}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {KINDS.map((kind) => (
          <Menu.Item key={kind} component="a" href={`/api/requests/${requestId}/export/${kind}`} download>
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

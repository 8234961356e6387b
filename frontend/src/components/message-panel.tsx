import type { ReactNode } from "react";
import { Paper, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { Icon, type IconName } from "./icon.tsx";
import { PageTitle } from "./page-title.tsx";

interface MessagePanelProps {
  icon: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  tone?: "calm" | "error";
  /** All that the page shows: its title is the page's. */
  page?: boolean;
}

/** A screen or a card that has nothing else to show: empty, not found, failed. */
export function MessagePanel({ icon, title, children, action, tone = "calm", page = false }: MessagePanelProps) {
  return (
    <Paper withBorder p={{ base: "lg", sm: "xl" }} role={tone === "error" ? "alert" : undefined}>
      <Stack align="center" gap="xs" py="lg" ta="center">
        <ThemeIcon size={52} radius="xl" variant="light" color={tone === "error" ? "red" : "petrol"}>
          <Icon name={icon} size={26} />
        </ThemeIcon>
        {page ? (
          <PageTitle size="h2" mt="xs">
            {title}
          </PageTitle>
        ) : (
          <Title order={2} mt="xs">
            {title}
          </Title>
        )}
        {children !== undefined && (
          <Text c="dimmed" maw={460} component="div">
            {children}
          </Text>
        )}
        {action !== undefined && <div style={{ marginTop: 8 }}>{action}</div>}
      </Stack>
    </Paper>
  );
}

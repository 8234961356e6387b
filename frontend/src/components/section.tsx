import { useId, type ReactNode } from "react";
import { Group, Paper, Stack, Text, Title } from "@mantine/core";

interface SectionProps {
  title: string;
  subtitle?: string;
  aside?: ReactNode;
  /** Without a card around, for content that brings its own. */
  bare?: boolean;
  children: ReactNode;
}

/** A titled part of the request page. */
export function Section({ title, subtitle, aside, bare = false, children }: SectionProps) {
  const id = useId();
  const content = (
    <Stack gap="sm">
      <Group justify="space-between" gap="xs">
        <div>
          <Title order={2} id={id}>
            {title}
          </Title>
          {subtitle !== undefined && (
            <Text size="sm" c="dimmed">
              {subtitle}
            </Text>
          )}
        </div>
        {aside}
      </Group>
      {children}
    </Stack>
  );
  return (
    <section aria-labelledby={id}>
      {bare ? (
        content
      ) : (
        <Paper withBorder p={{ base: "md", sm: "lg" }}>
          {content}
        </Paper>
      )}
    </section>
  );
}

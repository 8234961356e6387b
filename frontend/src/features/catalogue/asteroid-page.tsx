import { Anchor, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { Link } from "wouter";
import { FailurePanel } from "@/components/failure-panel.tsx";
import { Icon } from "@/components/icon.tsx";
import { MessagePanel } from "@/components/message-panel.tsx";
import { DayText } from "@/components/moments.tsx";
import { PageTitle } from "@/components/page-title.tsx";
import { Section } from "@/components/section.tsx";
import { useText } from "@/i18n/language.tsx";
import { ApiError } from "@/lib/http.ts";
import { useAsteroid } from "./api.ts";
import { propertyRows } from "./element-rows.ts";
import { Marks } from "./marks.tsx";
import { OrbitSection, RowList } from "./orbit-section.tsx";
import { sourceText } from "./source-text.ts";
import { YearAhead } from "./year-ahead.tsx";
import type { Asteroid } from "./types.ts";

/** One known asteroid: its orbit, where it is going, and what else is known of it. */
export default function AsteroidPage({ spkid }: { spkid: number }) {
  const text = useText();
  const { one: words } = text.catalogue;
  const query = useAsteroid(spkid);
  if (query.data) return <Known asteroid={query.data} />;
  if (query.error instanceof ApiError && query.error.status === 404) {
    return (
      <MessagePanel
        icon="telescope"
        title={words.notFoundTitle}
        page
        action={
          <Button component={Link} to="/asteroids">
            {words.back}
          </Button>
        }
      >
        {words.notFoundText}
      </MessagePanel>
    );
  }
  if (query.error) {
    return <FailurePanel title={words.loadFailed} error={query.error} onRetry={() => void query.refetch()} page />;
  }
  return (
    <Stack role="status" aria-label={text.common.loading}>
      <Skeleton height={36} width="40%" />
      <Skeleton height={380} radius="lg" />
      <Skeleton height={320} radius="lg" />
    </Stack>
  );
}

function Known({ asteroid }: { asteroid: Asteroid }) {
  const text = useText();
  const { one: words } = text.catalogue;
  return (
    <Stack gap="lg">
      <Anchor component={Link} to="/asteroids" size="sm" style={{ alignSelf: "flex-start" }}>
        <Group gap={6} component="span">
          <Icon name="back" size={16} />
          {words.back}
        </Group>
      </Anchor>
      <Group gap="sm">
        <PageTitle style={{ overflowWrap: "anywhere" }}>{asteroid.full_name}</PageTitle>
        <Marks asteroid={asteroid} />
      </Group>
      <YearAhead asteroid={asteroid} />
      <OrbitSection asteroid={asteroid} />
      <Section title={words.properties}>
        <RowList rows={propertyRows(text, asteroid)} />
      </Section>
      <Text size="xs" c="dimmed">
        {sourceText(text, [asteroid])} {words.updated}: <DayText moment={asteroid.updated_at} />
      </Text>
    </Stack>
  );
}

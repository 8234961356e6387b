import { Anchor, Group, Paper, Stack, Text } from "@mantine/core";
import { Link } from "wouter";
import { DataAge } from "@/components/data-age.tsx";
import { Icon } from "@/components/icon.tsx";
import { PageTitle } from "@/components/page-title.tsx";
import { useText } from "@/i18n/language.tsx";
import { useUser } from "@/lib/session.tsx";
import { StatusBadge } from "./badges.tsx";
import { DecisionButtons } from "./decision-buttons.tsx";
import { DayText } from "@/components/moments.tsx";
import { requestName } from "./request-name.ts";
import type { RequestDetail } from "./types.ts";
import classes from "./request.module.css";

interface RequestHeaderProps {
  request: RequestDetail;
  updatedAt: number;
  failing: boolean;
  onRefresh: () => void;
}

/** What the request is, where it stands, and what its moderator can do. */
export function RequestHeader({ request, ...age }: RequestHeaderProps) {
  const text = useText();
  const moderator = useUser().role === "moderator";
  const tab = [text.list.untitled(request.id), request.designation].filter(Boolean).join(" · ");
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Anchor component={Link} to="/requests" size="sm">
          <Group gap={6} component="span">
            <Icon name="back" size={16} />
            {text.request.back}
          </Group>
        </Anchor>
        <DataAge {...age} />
      </Group>
      <Group justify="space-between" gap="md">
        <Group gap="sm">
          <PageTitle tab={tab} style={{ overflowWrap: "anywhere" }}>
            {requestName(text, request)}
          </PageTitle>
          <StatusBadge status={request.status} size="lg" />
        </Group>
        {moderator && <DecisionButtons row={request} />}
      </Group>
      <Facts request={request} />
    </Stack>
  );
}

function Facts({ request }: { request: RequestDetail }) {
  const text = useText();
  const { request: words } = text;
  return (
    <Paper withBorder p={{ base: "md", sm: "lg" }}>
      <Stack gap="md">
        <dl className={classes.facts}>
          {request.catalogue && (
            <Fact label={text.catalogue.columns.name}>
              <Anchor component={Link} to={`/asteroids/${request.catalogue.spkid}`}>
                {request.catalogue.full_name}
              </Anchor>
            </Fact>
          )}
          <Fact label={words.creator}>{request.creator}</Fact>
          <Fact label={words.moderator}>{request.moderator ?? text.common.none}</Fact>
          <Fact label={words.created}>
            <DayText moment={request.created_at} />
          </Fact>
          <Fact label={words.formed}>
            <DayText moment={request.formed_at} />
          </Fact>
          <Fact label={words.completed}>
            <DayText moment={request.completed_at} />
          </Fact>
          <Fact label={words.results}>{text.list.results(request.result_count, request.observation_count)}</Fact>
        </dl>
        {request.comment !== "" && request.status !== "DRAFT" && (
          <div>
            <Text size="xs" c="dimmed">
              {words.comment}
            </Text>
            <Text className={classes.comment}>{request.comment}</Text>
          </div>
        )}
      </Stack>
    </Paper>
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

import { Group, Text } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { DataAge } from "@/components/data-age.tsx";
import { LineBadge } from "@/components/line-state.tsx";
import type { LiveState } from "@/lib/live.ts";
import { PageTitle } from "./page-title.tsx";

interface LiveHeadProps {
  title: string;
  subtitle: string;
  line: LiveState;
  list: Pick<UseQueryResult, "data" | "dataUpdatedAt" | "isError" | "refetch">;
}

/** The head of a list that a live line keeps fresh; where that is cut, it says how old the rows are. */
export function LiveHead({ title, subtitle, line, list }: LiveHeadProps) {
  return (
    <Group justify="space-between" align="flex-end">
      <div>
        <PageTitle>{title}</PageTitle>
        <Text c="dimmed">{subtitle}</Text>
      </div>
      <Group gap="xs">
        <LineBadge line={line} />
        {list.data !== undefined && (line === "lost" || list.isError) && (
          <DataAge updatedAt={list.dataUpdatedAt} failing={list.isError} onRefresh={() => void list.refetch()} />
        )}
      </Group>
    </Group>
  );
}

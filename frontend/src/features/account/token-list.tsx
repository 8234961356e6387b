import { Button, Group, Loader, Stack, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { FailurePanel } from "@/components/failure-panel.tsx";
import { DayText, formatDay } from "@/components/moments.tsx";
import { ResponsiveTable, type Column } from "@/components/responsive-table.tsx";
import { failureText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { useFocusHandOver } from "@/lib/focus.ts";
import { useRevoke, useTokens, type Token } from "./api.ts";

/** The tokens by which programs sign in, each to be revoked, or all at once. */
export function TokenList() {
  const text = useText();
  const tokens = useTokens();
  const revoke = useRevoke();
  const count = tokens.data?.length ?? 0;
  const take = (id: number | null) =>
    revoke.mutate(id, {
      onSuccess: () => notifications.show({ color: "green", message: text.account.revoked(id === null ? count : 1) }),
      onError: (error) => notifications.show({ color: "red", message: failureText(text, error) }),
    });
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={2} size="h5">
          {text.account.tokensTitle}
        </Title>
        {count > 1 && (
          <Button size="xs" variant="default" loading={revoke.isPending} onClick={() => take(null)}>
            {text.account.revokeAll}
          </Button>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {text.account.tokensText}
      </Text>
      {tokens.isPending && <Loader size="sm" aria-label={text.common.loading} />}
      {tokens.isError && (
        <FailurePanel title={text.account.tokensFailed} error={tokens.error} onRetry={() => void tokens.refetch()} />
      )}
      {tokens.data && count === 0 && <Text size="sm">{text.account.noTokens}</Text>}
      {tokens.data && count > 0 && <TokenTable tokens={tokens.data} busy={revoke.isPending} onRevoke={take} />}
    </Stack>
  );
}

interface TokenTableProps {
  tokens: readonly Token[];
  busy: boolean;
  onRevoke: (id: number) => void;
}

function TokenTable({ tokens, busy, onRevoke }: TokenTableProps) {
  const text = useText();
  const columns: Column<Token>[] = [
    { key: "created", label: text.account.created, render: (token) => <DayText moment={token.created_at} /> },
    { key: "used", label: text.account.used, render: (token) => <DayText moment={token.last_used_at} /> },
    {
      key: "revoke",
      label: text.account.revoke,
      phone: "bare",
      align: "right",
      render: (token) => <RevokeButton token={token} busy={busy} onRevoke={() => onRevoke(token.id)} />,
    },
  ];
  return (
    <ResponsiveTable label={text.account.tokensTitle} columns={columns} rows={tokens} rowKey={(token) => token.id} />
  );
}

function RevokeButton({ token, busy, onRevoke }: { token: Token; busy: boolean; onRevoke: () => void }) {
  const text = useText();
  // To the next token's button, or to the top of the dialog; they are looked up while this one still stands.
  const place = useFocusHandOver(() => [
    ...document.querySelectorAll(`[data-revokes]:not([data-revokes="${token.id}"])`),
    ...document.querySelectorAll('[role="dialog"] input:not([hidden])'),
  ]);
  return (
    <span ref={place}>
      <Button
        size="xs"
        variant="default"
        aria-disabled={busy}
        data-revokes={token.id}
        aria-label={text.account.revokeOf(formatDay(token.created_at, text.locale))}
        onClick={() => !busy && onRevoke()}
      >
        {text.account.revoke}
      </Button>
    </span>
  );
}

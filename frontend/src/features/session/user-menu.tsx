import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Link, useLocation } from "wouter";
import { Icon } from "@/components/icon.tsx";
import { failureText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { useSession, useSignOut } from "./api.ts";
import classes from "./user-menu.module.css";

/** Who is signed in, and the way out; for visitors of the pages open to all, the way in. */
export function UserMenu() {
  const text = useText();
  const { data: user } = useSession();
  const signOut = useSignOut();
  const [path] = useLocation();
  if (user === null && path.startsWith("/asteroids")) {
    return (
      <Button component={Link} to={`/sign-in?next=${encodeURIComponent(path)}`} variant="default" size="xs">
        {text.session.signIn}
      </Button>
    );
  }
  if (!user) return null;
  const leave = () =>
    signOut.mutate(undefined, {
      onError: (error) => notifications.show({ color: "red", message: failureText(text, error) }),
    });
  return (
    <Group gap="sm" wrap="nowrap">
      <div className={classes.who}>
        <Text size="sm" fw={600} lh={1.2} truncate>
          {user.username}
        </Text>
        <Text size="xs" c="dimmed" lh={1.2}>
          {text.session.role[user.role]}
        </Text>
      </div>
      <Button
        variant="default"
        size="xs"
        onClick={leave}
        loading={signOut.isPending}
        aria-label={text.session.signOut}
        leftSection={<Icon name="signOut" size={16} />}
        classNames={{ root: classes.out, section: classes.outIcon }}
      >
        <span className={classes.outText}>{text.session.signOut}</span>
      </Button>
    </Group>
  );
}

import type { ReactNode } from "react";
import {
  ActionIcon,
  Anchor,
  Box,
  Group,
  SegmentedControl,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { Link, useLocation } from "wouter";
import { Icon } from "@/components/icon.tsx";
import { OfflineNotice } from "@/components/offline-notice.tsx";
import { Logo } from "@/components/logo.tsx";
import { AccountButton } from "@/features/account/account-button.tsx";
import { useSession } from "@/features/session/api.ts";
import { UserMenu } from "@/features/session/user-menu.tsx";
import { useLanguage, useText } from "@/i18n/language.tsx";
import classes from "./layout.module.css";

/** The frame of every page: header with the name, the language, the colours and the user; then the page. */
export function Layout({ children }: { children: ReactNode }) {
  const text = useText();
  return (
    <>
      <a href="#content" className={classes.skip}>
        {text.app.skipToContent}
      </a>
      <header className={classes.header}>
        <div className={classes.bar}>
          <Anchor component={Link} to="/requests" underline="never" c="inherit" aria-label={text.app.home}>
            <Group gap={10} wrap="nowrap">
              <Logo />
              <span className={classes.name}>{text.app.name}</span>
            </Group>
          </Anchor>
          <Navigation />
          <Group gap="xs" wrap="nowrap">
            <LanguageSwitch />
            <SchemeSwitch />
            <Account />
            <UserMenu />
          </Group>
        </div>
      </header>
      <OfflineNotice />
      <Box component="main" id="content" className={classes.main} tabIndex={-1}>
        {children}
      </Box>
    </>
  );
}

/** The parts of the portal; the one in which the reader is carries the mark. */
function Navigation() {
  const text = useText();
  const [path] = useLocation();
  const moderator = useSession().data?.role === "moderator";
  const parts = [
    { to: "/requests", label: text.app.requests },
    { to: "/asteroids", label: text.catalogue.title },
    { to: "/pi", label: text.pi.title },
    ...(moderator ? [{ to: "/calculations", label: text.calculations.title }] : []),
  ];
  return (
    <nav aria-label={text.app.navigation} className={classes.navigation}>
      {parts.map(({ to, label }) => (
        <Link
          key={to}
          to={to}
          className={classes.part}
          aria-current={path === to || path.startsWith(`${to}/`) ? (path === to ? "page" : "true") : undefined}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}

/** For whoever is signed in; another user begins with a closed dialog. */
function Account() {
  const user = useSession().data;
  return user ? <AccountButton key={user.id} username={user.username} /> : null;
}

function LanguageSwitch() {
  const text = useText();
  const { language, setLanguage } = useLanguage();
  return (
    <SegmentedControl
      size="xs"
      aria-label={text.app.language}
      value={language}
      onChange={(value) => setLanguage(value)}
      data={[
        { value: "en", label: "EN" },
        { value: "ru", label: "RU" },
      ]}
    />
  );
}

function SchemeSwitch() {
  const text = useText();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light", { getInitialValueInEffect: false }) === "dark";
  return (
    <ActionIcon
      variant="default"
      size={30}
      aria-label={dark ? text.app.toLight : text.app.toDark}
      onClick={() => setColorScheme(dark ? "light" : "dark")}
    >
      <Icon name={dark ? "sun" : "moon"} size={16} />
    </ActionIcon>
  );
}

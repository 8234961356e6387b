import { useEffect, useRef, useState, type ReactNode } from "react";
import { notifications } from "@mantine/notifications";
import { useLocation } from "wouter";
import { useText } from "@/i18n/language.tsx";
import type { User } from "@/lib/session.tsx";
import { outcomeText } from "./decision-text.ts";
import { BatchContext, createBatch, useBatchPart } from "./list-batch.ts";

interface BatchKeeperProps {
  /** Null: nobody, or whose session has ended and who may come back. */
  user: User | null;
  /** Whether the user has left: what was ticked is nobody's then. */
  left: boolean;
  children: ReactNode;
}

/** Keeps what a moderator ticked and decides about, on whatever page: a batch goes on when its list is left, says there
 * what came of it, and asks before the tab is closed on it. */
export function BatchKeeper({ user, left, children }: BatchKeeperProps) {
  const [kept, setKept] = useState<Kept | null>(null);
  const moderator = user?.role === "moderator";
  if (moderator && kept?.userId !== user.id) setKept({ userId: user.id, batch: createBatch() });
  if (left && kept !== null) setKept(null);
  return (
    <BatchContext value={moderator && kept?.userId === user.id ? kept.batch : null}>
      <BatchWatch />
      {children}
    </BatchContext>
  );
}

interface Kept {
  userId: number;
  batch: ReturnType<typeof createBatch>;
}

const LIST = "/requests";
const SHOWN_MS = 15_000;

function BatchWatch() {
  const text = useText();
  const run = useBatchPart((state) => state.run);
  const [path] = useLocation();
  const told = useRef(0);
  const going = run !== null && run.state !== "ended";
  useEffect(() => {
    if (!going) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [going]);
  const ended = run?.state === "ended" ? run : null;
  useEffect(() => {
    if (!ended || told.current === ended.id) return;
    told.current = ended.id;
    if (path === LIST) return; // which shows it
    const color = ended.refused.length > 0 ? "red" : "petrol";
    notifications.show({ color, autoClose: SHOWN_MS, message: text.requestList.goesOn(outcomeText(text, ended)) });
  }, [ended, path, text]);
  return null;
}

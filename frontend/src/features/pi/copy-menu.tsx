import { useState, type RefObject, type SubmitEvent } from "react";
import { Button, Popover, Stack, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Icon } from "@/components/icon.tsx";
import { failureText } from "@/i18n/failure-text.ts";
import { useText } from "@/i18n/language.tsx";
import { ApiError } from "@/lib/http.ts";
import { getDigits } from "./api.ts";
import { copyText } from "./clipboard.ts";
import { formatCount, positionWithin } from "./position.ts";

const MOST_DIGITS = 1_000_000;

interface CopyMenuProps {
  calculationId: string;
  last: number;
  inViewRef: RefObject<{ from: number; to: number }>;
}

/** Copies bare digits: those in view, or from one position to another. */
export function CopyMenu({ calculationId, last, inViewRef }: CopyMenuProps) {
  const text = useText();
  const words = text.pi.digits;
  const [opened, setOpened] = useState(false);
  const [offered, setOffered] = useState({ from: "", to: "" });
  const toggle = () => {
    setOffered({ from: String(inViewRef.current.from), to: String(inViewRef.current.to) });
    setOpened(!opened);
  };
  const copy = async (from: number, to: number) => {
    const length = to - from + 1;
    try {
      await copyText(getDigits(calculationId, from, length));
      setOpened(false);
      const message = words.copied(length, formatCount(length, text.locale));
      notifications.show({ color: "petrol", message, icon: <Icon name="check" /> });
    } catch (error) {
      const message = error instanceof ApiError ? failureText(text, error) : words.copyFailed;
      notifications.show({ color: "red", message });
    }
  };
  return (
    <Popover opened={opened} onChange={setOpened} width={260} trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Button variant="default" size="xs" leftSection={<Icon name="paste" size={14} />} onClick={toggle}>
          {words.copy}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={words.copy}>
        <Stack gap="sm">
          <Button variant="default" onClick={() => void copy(inViewRef.current.from, inViewRef.current.to)}>
            {words.copyVisible}
          </Button>
          <RangeForm last={last} offered={offered} onCopy={(from, to) => void copy(from, to)} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

interface RangeFormProps {
  last: number;
  /** What stands in the fields at first. */
  offered: { from: string; to: string };
  onCopy: (from: number, to: number) => void;
}

function RangeForm({ last, offered, onCopy }: RangeFormProps) {
  const text = useText();
  const words = text.pi.digits;
  const [typed, setTyped] = useState(offered);
  const [refused, setRefused] = useState<"position" | "order" | null>(null);
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const [from, to] = [positionWithin(typed.from, last), positionWithin(typed.to, last)];
    if (from === null || to === null) setRefused("position");
    else if (from > to || to - from >= MOST_DIGITS) setRefused("order");
    else onCopy(from, to);
  };
  const field = (name: "from" | "to") => ({
    label: words[name],
    inputMode: "numeric" as const,
    autoComplete: "off",
    value: typed[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => {
      setTyped({ ...typed, [name]: event.currentTarget.value });
      setRefused(null);
    },
  });
  const problem =
    refused === "position"
      ? words.jumpRange(formatCount(last, text.locale))
      : refused === "order" && words.copyBounds(formatCount(MOST_DIGITS, text.locale));
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="xs">
        <TextInput {...field("from")} error={refused !== null} />
        <TextInput {...field("to")} error={problem} />
        <Button type="submit" variant="default">
          {words.copyRange}
        </Button>
      </Stack>
    </form>
  );
}

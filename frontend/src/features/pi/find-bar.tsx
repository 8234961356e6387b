import { useState, type KeyboardEvent, type SubmitEvent } from "react";
import { Button, TextInput } from "@mantine/core";
import { Icon } from "@/components/icon.tsx";
import { useText } from "@/i18n/language.tsx";
import { LONGEST_NEEDLE, parseNeedle } from "./find-digits.ts";
import type { useFind } from "./use-find.ts";
import classes from "./digits.module.css";

/** Looks for a string of digits. Enter begins, and goes on to the next find; Shift and Enter to the one before. */
export function FindBar({ search }: { search: ReturnType<typeof useFind> }) {
  const text = useText();
  const [typed, setTyped] = useState("");
  const [refused, setRefused] = useState(false);
  const go = (by: 1 | -1) => {
    const needle = parseNeedle(typed);
    setRefused(needle === null);
    if (needle === null) return;
    const again = search.find?.needle === needle && search.find.positions.length > 0;
    if (again) search.step(by);
    else void search.start(needle);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && search.find?.state === "searching") search.stop();
    if (event.key !== "Enter" || !event.shiftKey) return;
    event.preventDefault();
    go(-1);
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    go(1);
  };
  return (
    <form className={classes.field} role="search" onSubmit={onSubmit} noValidate>
      <TextInput
        className={classes.input}
        label={text.pi.digits.find}
        placeholder={text.pi.digits.findExample}
        inputMode="numeric"
        autoComplete="off"
        maxLength={LONGEST_NEEDLE}
        leftSection={<Icon name="search" size={16} />}
        value={typed}
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setRefused(false);
          if (event.currentTarget.value === "") search.clear();
        }}
        error={refused && text.pi.digits.findOnlyDigits}
      />
      <Button type="submit" variant="default" className={classes.beside}>
        {text.pi.digits.findStart}
      </Button>
    </form>
  );
}

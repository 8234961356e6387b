import { useState, type SubmitEvent } from "react";
import { Button, TextInput } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import { formatCount, positionWithin } from "./position.ts";
import classes from "./digits.module.css";

/** Takes the reader to a position. */
export function JumpForm({ last, onJump }: { last: number; onJump: (position: number) => void }) {
  const text = useText();
  const [typed, setTyped] = useState("");
  const [refused, setRefused] = useState(false);
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const position = positionWithin(typed, last);
    setRefused(position === null);
    if (position !== null) onJump(position);
  };
  return (
    <form className={classes.field} onSubmit={onSubmit} noValidate>
      <TextInput
        className={classes.input}
        label={text.pi.digits.jump}
        inputMode="numeric"
        autoComplete="off"
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setRefused(false);
        }}
        error={refused && text.pi.digits.jumpRange(formatCount(last, text.locale))}
      />
      <Button type="submit" variant="default" className={classes.beside}>
        {text.pi.digits.go}
      </Button>
    </form>
  );
}

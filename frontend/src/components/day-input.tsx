import { lazy, Suspense, useState, type KeyboardEvent } from "react";
import { ActionIcon, TextInput } from "@mantine/core";
import { useText } from "@/i18n/language.tsx";
import { readDay, writeDay } from "@/lib/typed-day.ts";
import { Icon } from "./icon.tsx";
import classes from "./day-input.module.css";

// Few pages need it, and not before it is asked for.
const loadCalendar = () => import("./day-calendar.tsx");
const DayCalendar = lazy(loadCalendar);

interface DayInputProps {
  label: string;
  /** `2026-11-20`, or empty. */
  value: string;
  onDay: (day: string) => void;
  /** The first and the last day that can be chosen, inclusive; empty: any. */
  min?: string;
  max?: string;
}

interface Typed {
  words: string;
  /** The day that counts while these words stand there. */
  day: string;
}

/** A day, typed or chosen in a calendar, both in the language of the interface; a browser's own field has its own. */
export function DayInput({ label, value, onDay, min = "", max = "" }: DayInputProps) {
  const text = useText();
  const [typed, setTyped] = useState<Typed | null>(null);
  const [opened, setOpened] = useState(false);
  // Another day given from elsewhere replaces what was typed.
  const words = typed?.day === value ? typed.words : writeDay(value, text.locale);
  const read = (written: string) => (written.trim() === "" ? "" : readDay(written, text.locale));
  const wrong = read(words) === null ? text.days.unreadable : value !== "" && value < min && text.days.reversed;
  const take = (written: string) => {
    const day = read(written);
    setTyped({ words: written, day: day ?? value });
    if (day !== null && day !== value) onDay(day);
  };
  const settle = () => {
    if (read(words) !== null) setTyped(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") settle();
    if (event.key === "Escape") setOpened(false);
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    setOpened(true);
  };
  return (
    <div className={classes.day}>
      <TextInput
        label={label}
        placeholder={text.days.placeholder}
        autoComplete="off"
        spellCheck={false}
        value={words}
        error={wrong}
        onChange={(event) => take(event.currentTarget.value)}
        onBlur={settle}
        onKeyDown={onKeyDown}
        classNames={{ input: classes.input }}
        rightSectionWidth={words === "" ? 32 : 54}
        rightSection={
          <>
            {words !== "" && (
              <ActionIcon
                variant="subtle"
                color="gray"
                size={24}
                aria-label={text.days.clear(label)}
                onClick={() => {
                  setTyped(null);
                  if (value !== "") onDay("");
                }}
              >
                <Icon name="cross" size={14} />
              </ActionIcon>
            )}
            <ActionIcon
              variant="subtle"
              color="gray"
              size={24}
              aria-label={text.days.choose(label)}
              aria-haspopup="dialog"
              aria-expanded={opened}
              onPointerEnter={() => void loadCalendar()}
              // The calendar takes what is pressed beside it for its end: then this button would open it anew.
              onMouseDown={(event) => opened && event.stopPropagation()}
              onTouchStart={(event) => opened && event.stopPropagation()}
              onClick={() => setOpened(!opened)}
            >
              <Icon name="calendar" size={16} />
            </ActionIcon>
          </>
        }
      />
      {opened && (
        <Suspense>
          <DayCalendar
            label={label}
            value={value}
            min={min}
            max={max}
            onClose={() => setOpened(false)}
            onDay={(day) => {
              setTyped(null);
              setOpened(false);
              onDay(day);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}

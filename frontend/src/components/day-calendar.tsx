import { Popover } from "@mantine/core";
import { DatePicker } from "@mantine/dates";
import "@mantine/dates/styles.layer.css";
import "dayjs/locale/ru.js";
import { useLanguage } from "@/i18n/language.tsx";
import { useFocusReturn } from "@/lib/focus.ts";
import { today } from "@/lib/typed-day.ts";
import classes from "./day-input.module.css";

interface DayCalendarProps {
  label: string;
  value: string;
  min: string;
  max: string;
  onDay: (day: string) => void;
  onClose: () => void;
}

/** The days of a month to choose one of, below the field it stands in; the focus is held until it closes. */
export default function DayCalendar({ label, value, min, max, onDay, onClose }: DayCalendarProps) {
  const { language, text } = useLanguage();
  useFocusReturn();
  const now = today();
  const first = value || within(now, min, max);
  const name = new Intl.DateTimeFormat(text.locale, { dateStyle: "full", timeZone: "UTC" });
  return (
    <Popover opened onDismiss={onClose} position="bottom-start" shadow="md" trapFocus withRoles={false}>
      <Popover.Target>
        <span className={classes.anchor} />
      </Popover.Target>
      <Popover.Dropdown role="dialog" aria-label={label}>
        <DatePicker
          locale={language}
          value={value || null}
          defaultDate={first}
          minDate={min || undefined}
          maxDate={max || undefined}
          allowDeselect
          onChange={(day) => onDay(day ?? "")}
          getDayAriaLabel={(day) => name.format(new Date(day))}
          getDayProps={(day) => ({
            "data-autofocus": day === first || undefined,
            "aria-current": day === now ? "date" : undefined,
            "data-now": day === now || undefined,
          })}
          ariaLabels={text.days.steps}
          classNames={{ day: classes.number }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

function within(day: string, min: string, max: string): string {
  if (min !== "" && day < min) return min;
  return max !== "" && day > max ? max : day;
}

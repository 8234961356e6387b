import { useMemo, useRef, useState, type ReactNode, type Ref } from "react";
import { useText } from "@/i18n/language.tsx";
import type { FileProblem } from "./intake-api.ts";
import { worstOfLines, type LineMark } from "./line-marks.ts";
import classes from "./marked-text.module.css";

const FEWEST_ROWS = 5;
const MOST_ROWS = 16;
const LINE_PX = 20;
const PADDING_PX = { top: 8, left: 10 };

interface MarkedTextProps {
  id: string;
  ref: Ref<HTMLTextAreaElement>;
  value: string;
  onChange: (value: string) => void;
  problems: readonly FileProblem[];
  placeholder: string;
  describedBy: string;
  invalid: boolean;
}

/** A text to type into, its lines numbered, the bad ones marked with their reason and where in the line they are. */
export function MarkedText({ value, onChange, problems, describedBy, invalid, ...rest }: MarkedTextProps) {
  const lines = useMemo(() => value.split("\n"), [value]);
  const marks = useMemo(() => worstOfLines(problems), [problems]);
  const [scrolled, setScrolled] = useState({ top: 0, left: 0 });
  const waiting = useRef(0);
  const onScroll = (area: HTMLTextAreaElement) => {
    cancelAnimationFrame(waiting.current);
    const { scrollTop: top, scrollLeft: left } = area;
    waiting.current = requestAnimationFrame(() => setScrolled({ top, left }));
  };
  const rows = Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, lines.length + 1));
  return (
    <div
      className={classes.frame}
      data-invalid={invalid || undefined}
      style={{ "--rows": rows } as Record<string, number>}
    >
      <div className={classes.gutter} aria-hidden="true">
        <pre className={classes.numbers} style={{ transform: `translateY(${-scrolled.top}px)` }}>
          {lines.map((_, index) => index + 1).join("\n")}
        </pre>
      </div>
      <div className={classes.area}>
        <div
          className={classes.marks}
          aria-hidden="true"
          style={{ transform: `translate(${PADDING_PX.left - scrolled.left}px, ${PADDING_PX.top - scrolled.top}px)` }}
        >
          {marks.map((mark) => (
            <Mark key={mark.line} mark={mark} length={lines[mark.line - 1]?.length ?? 0} />
          ))}
        </div>
        <textarea
          {...rest}
          className={classes.text}
          wrap="off"
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          aria-describedby={describedBy}
          aria-invalid={invalid}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
          onScroll={(event) => onScroll(event.currentTarget)}
        />
      </div>
    </div>
  );
}

function Mark({ mark, length }: { mark: LineMark; length: number }): ReactNode {
  const text = useText();
  const top = (mark.line - 1) * LINE_PX;
  const { severity, reason } = mark;
  return (
    <>
      <span className={classes.row} data-severity={severity} style={{ top }} />
      {mark.spans.map(({ start, end }) => (
        <span
          key={`${start} ${end}`}
          className={classes.span}
          data-severity={severity}
          style={{ top, left: `${start - 1}ch`, width: `${Math.max(1, end - start + 1)}ch` }}
        />
      ))}
      <span className={classes.note} style={{ top, left: `${length + 2}ch` }}>
        <span className={classes.reason} data-severity={severity}>
          {text.intake.reasons[reason] ?? reason}
          {mark.others > 0 && ` +${mark.others}`}
        </span>
      </span>
    </>
  );
}

/** Puts the caret to a problem and its line into view. */
export function goToProblem(area: HTMLTextAreaElement | null, problem: FileProblem) {
  if (!area || problem.line < 1) return;
  const lines = area.value.split("\n");
  const before = lines.slice(0, problem.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
  const length = lines[problem.line - 1]?.length ?? 0;
  const whole = problem.column_start === 0;
  area.focus({ preventScroll: true });
  area.scrollIntoView({ block: "center" });
  area.setSelectionRange(
    before + (whole ? 0 : Math.min(length, problem.column_start - 1)),
    before + (whole ? length : Math.min(length, problem.column_end)),
  );
  area.scrollTop = Math.max(0, (problem.line - 3) * LINE_PX);
}

/** How the problems of a file are drawn in its lines. */
import type { FileProblem } from "./intake-api.ts";

export interface LineMark {
  line: number;
  severity: "error" | "warning";
  /** Of the worst problem, the first of them. */
  reason: string;
  /** How many more the line has. */
  others: number;
  /** Columns from 1, the end included; those of the severity shown. */
  spans: { start: number; end: number }[];
}

/** One mark for each line that has problems; what concerns the whole file has no line. */
export function worstOfLines(problems: readonly FileProblem[]): LineMark[] {
  const lines = new Map<number, FileProblem[]>();
  for (const problem of problems) {
    if (problem.line > 0) lines.set(problem.line, [...(lines.get(problem.line) ?? []), problem]);
  }
  return [...lines].map(([line, all]) => {
    const errors = all.filter(({ severity }) => severity === "error");
    const shown = errors.length > 0 ? errors : all;
    const spans = shown
      .filter(({ column_start }) => column_start > 0)
      .map(({ column_start, column_end }) => ({ start: column_start, end: column_end }));
    return {
      line,
      severity: errors.length > 0 ? "error" : "warning",
      reason: shown[0]?.reason ?? "",
      others: all.length - 1,
      spans: spans.filter((span, index) => spans.findIndex(({ start }) => start === span.start) === index),
    };
  });
}

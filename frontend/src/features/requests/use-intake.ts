/** What was understood of a text, as it is typed: read by the server, problems placed in the lines of the text. */
import { useMemo } from "react";
import { useDebouncedValue } from "@mantine/hooks";
import { useText } from "@/i18n/language.tsx";
import { useReadFile, type FileProblem, type FileRow, type FoundObject, type ReadFile } from "./intake-api.ts";
import { isPlainList, listAsAdes, type ListAsAdes } from "./plain-list.ts";
import { nightCount } from "./nights.ts";

const SETTLED_MS = 350;
/** What ADES wants to know besides and a plain list does not say. */
const NOT_IN_LISTS = ["MISSING_FIELD", "MISSING_CONTEXT"];

export interface Intake {
  /** `idle`: there is no text; `reading`: what is shown is of an earlier text. */
  state: "idle" | "reading" | "read" | "failed";
  error: unknown;
  retry: () => void;
  /** What is sent for the text: itself, or the ADES that stands for a plain list. */
  content: string;
  rows: readonly FileRow[];
  rowCount: number;
  nights: number;
  objects: readonly FoundObject[];
  problems: readonly FileProblem[];
  problemCount: number;
  errorCount: number;
}

interface Source {
  requestId: number | null;
  text: string;
  designation: string;
  /** Stands for what the draft holds beside the text. */
  draftState?: string;
}

export function useIntake({ requestId, text: typed, designation, draftState = "" }: Source): Intake {
  const text = useText();
  const [settled] = useDebouncedValue(typed, SETTLED_MS);
  const list = useMemo(() => (isPlainList(settled) ? listAsAdes(text, settled) : null), [text, settled]);
  const content = list ? list.ades : settled;
  const asked = settled.trim() !== "" && !(list && list.lines.every((line) => line === 0));
  const query = useReadFile({ requestId, content, designation, draftState, enabled: asked });
  const understood = useMemo(
    () => understand(asked ? query.data : undefined, list, settled),
    [asked, query.data, list, settled],
  );
  const isBehind = settled !== typed || (asked && (query.isPlaceholderData || query.isPending));
  return {
    ...(typed.trim() === "" ? NOTHING : understood),
    state: stateOf(typed, asked && query.error !== null, isBehind),
    error: query.error,
    retry: () => void query.refetch(),
    content,
  };
}

type Understood = Omit<Intake, "state" | "error" | "retry" | "content">;

function stateOf(typed: string, failed: boolean, isBehind: boolean): Intake["state"] {
  if (typed.trim() === "") return "idle";
  if (failed) return "failed";
  return isBehind ? "reading" : "read";
}

const NO_FILE: ReadFile = {
  ...{ observations: [], observation_count: 0, designations: [] },
  ...{ problems: [], problem_count: 0, error_count: 0 },
};

function understand(found: ReadFile = NO_FILE, list: ListAsAdes | null, content: string): Understood {
  const read = list ? inList(found, list) : withWholeLines(found, content);
  const own = list ? list.problems.map(({ line, message }) => ownProblem(line, message)) : [];
  return {
    rows: read.observations,
    rowCount: read.observation_count,
    nights: nightCount(read.observations.map((row) => row.observed_at)),
    objects: read.designations,
    problems: [...own, ...read.problems].sort(
      (one, other) => one.line - other.line || one.column_start - other.column_start,
    ),
    problemCount: read.problem_count + own.length,
    errorCount: read.error_count + own.length,
  };
}

const NOTHING = understand(NO_FILE, null, "");

/** What concerns a line from its begin to its end concerns the whole line. */
function withWholeLines(found: ReadFile, content: string): ReadFile {
  const lines = content.split("\n");
  const isWhole = ({ line, column_start, column_end }: FileProblem) =>
    column_start === 1 && column_end >= (lines[line - 1] ?? "").trimEnd().length;
  const problems = found.problems.map((item) => (isWhole(item) ? { ...item, column_start: 0, column_end: 0 } : item));
  return { ...found, problems };
}

/** What was read of the ADES that stands for a list, with the lines of the list. */
function inList(found: ReadFile, list: ListAsAdes): ReadFile {
  const lineOf = (line: number) => list.lines[line - 1] ?? 0;
  const problems = found.problems.filter((item) => !NOT_IN_LISTS.includes(item.reason));
  return {
    ...found,
    // It names no object.
    designations: [],
    observations: found.observations.map((row) => ({ ...row, line: lineOf(row.line) })),
    // Columns of the ADES line mean nothing in the list's.
    problems: problems.map((item) => ({ ...item, line: lineOf(item.line), column_start: 0, column_end: 0 })),
    problem_count: found.problem_count - (found.problems.length - problems.length),
  };
}

const ownProblem = (line: number, message: string): FileProblem => ({
  ...{ line, column_start: 0, column_end: 0, text: "" },
  ...{ reason: "LIST_LINE", severity: "error", hint: message },
});

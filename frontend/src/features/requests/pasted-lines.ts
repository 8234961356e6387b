/** Observations from pasted lines: time, RA, Dec, station and perhaps both sigmas, by tab, semicolon or comma. */
import type { Dictionary } from "@/i18n/en.ts";
import type { FieldError } from "@/lib/http.ts";
import { checkObservation, type ObservationTexts } from "./observation-values.ts";
import type { ObservationInput } from "./types.ts";

export interface LineProblem {
  line: number;
  message: string;
}

export interface PastedLines {
  observations: ObservationInput[];
  /** Line number of each observation. */
  lines: number[];
  problems: LineProblem[];
}

export function readPastedLines(text: Dictionary, pasted: string): PastedLines {
  const result: PastedLines = { observations: [], lines: [], problems: [] };
  pasted.split(/\r?\n/).forEach((content, index) => {
    if (content.trim() === "" || content.trim().startsWith("#")) return;
    const line = index + 1;
    const cells = content.split(separatorOf(content)).map((cell) => cell.trim());
    if (cells.length < 4 || cells.length > 6) {
      result.problems.push({ line, message: text.draft.pasteColumns });
      return;
    }
    const [time = "", ra = "", dec = "", station = "", sigmaRa = "", sigmaDec = ""] = cells;
    const texts: ObservationTexts = { time, ra, dec, station, sigmaRa, sigmaDec };
    const checked = checkObservation(text, texts);
    if (checked.values) {
      result.observations.push(checked.values);
      result.lines.push(line);
    } else {
      const messages = Object.entries(checked.problems).map(([field, message]) => fieldName(text, field) + message);
      result.problems.push({ line, message: messages.join(" ") });
    }
  });
  return result;
}

/** Errors of the server about `observations[2].ra_deg`, moved to the lines that the rows came from. */
export function problemsOfErrors(
  errors: readonly FieldError[],
  lines: readonly number[],
  toText: (error: FieldError) => string,
): LineProblem[] {
  return errors.flatMap((error) => {
    const index = /^observations\[(\d+)\]/.exec(error.path)?.[1];
    const line = index === undefined ? undefined : lines[Number(index)];
    return line === undefined ? [] : [{ line, message: toText(error) }];
  });
}

function separatorOf(content: string): string {
  if (content.includes("\t")) return "\t";
  return content.includes(";") ? ";" : ",";
}

function fieldName(text: Dictionary, field: string): string {
  const names: Record<string, string> = {
    time: text.draft.time,
    ra: text.draft.ra,
    dec: text.draft.dec,
    station: text.draft.station,
    sigmaRa: text.draft.sigmaRa,
    sigmaDec: text.draft.sigmaDec,
  };
  return `${names[field] ?? field}: `;
}

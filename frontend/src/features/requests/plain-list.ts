/** A plain list of observations: time, RA, Dec, station and perhaps both sigmas, by tab, semicolon or comma.
 *
 * It is turned into ADES, so that the server checks it like every other file. */
import type { Dictionary } from "@/i18n/en.ts";
import { parseMoment } from "@/lib/moment.ts";
import { checkObservation, type ObservationField, type ObservationTexts } from "./observation-values.ts";
import type { ObservationInput } from "./types.ts";

export interface ListProblem {
  line: number;
  message: string;
}

export interface ListAsAdes {
  ades: string;
  /** Line of the list for each line of `ades`, both from 1; 0 for those that the list does not have. */
  lines: number[];
  problems: ListProblem[];
}

const FEWEST = 4;
const MOST = 6;

/** Whether a text is such a list and not 80 columns or ADES. */
export function isPlainList(content: string): boolean {
  if (content.includes("|") || content.trimStart().startsWith("<")) return false;
  return content.split(/\r?\n/).some((line) => {
    const cells = cellsOf(line);
    return cells.length >= FEWEST && parseMoment(cells[0] ?? "") !== null;
  });
}

export function listAsAdes(text: Dictionary, content: string): ListAsAdes {
  const result: ListAsAdes = { ades: `${HEAD.join("\n")}\n`, lines: HEAD.map(() => 0), problems: [] };
  content.split(/\r?\n/).forEach((row, index) => {
    if (row.trim() === "" || row.trim().startsWith("#")) return;
    const line = index + 1;
    const read = readLine(text, cellsOf(row));
    if (typeof read === "string") {
      result.problems.push({ line, message: read });
    } else {
      result.ades += `${record(read)}\n`;
      result.lines.push(line);
    }
  });
  return result;
}

const COLUMNS = "trkSub|stn|obsTime|ra|dec|rmsRA|rmsDec";
const HEAD = ["# version=2022", COLUMNS];

function readLine(text: Dictionary, cells: readonly string[]): ObservationInput | string {
  if (cells.length < FEWEST || cells.length > MOST) return text.draft.pasteColumns;
  const [time = "", ra = "", dec = "", station = "", sigmaRa = "", sigmaDec = ""] = cells;
  const texts: ObservationTexts = { time, ra, dec, station, sigmaRa, sigmaDec };
  const checked = checkObservation(text, texts);
  if (checked.values) return checked.values;
  return Object.entries(checked.problems)
    .map(([field, message]) => `${text.draft[field as ObservationField]}: ${message}`)
    .join(" ");
}

function record(row: ObservationInput): string {
  const sigma = (value: number | null | undefined) => (value ? String(value) : "");
  return [
    "LIST",
    row.station,
    row.observed_at.replace(/(\.\d{6})\d+Z$/, "$1Z"),
    row.ra_deg.toFixed(9),
    row.dec_deg.toFixed(9),
    sigma(row.sigma_ra_arcsec),
    sigma(row.sigma_dec_arcsec),
  ].join("|");
}

function cellsOf(line: string): string[] {
  const separator = line.includes("\t") ? "\t" : line.includes(";") ? ";" : ",";
  return line.split(separator).map((cell) => cell.trim());
}

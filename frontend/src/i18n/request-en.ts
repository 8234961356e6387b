import { importHintsEn } from "./import-hints-en.ts";
import { importReasonsEn } from "./import-reasons-en.ts";
import { pluralEn } from "./plural.ts";

const observations = (count: number) => `${count} ${pluralEn(count, "observation", "observations")}`;
const problems = (count: number) => `${count} ${pluralEn(count, "error", "errors")}`;

/** Reading files of observations. */
export const intakeEn = {
  label: "Observations as text",
  hint:
    "Paste or drop a file: MPC 80 columns or ADES (PSV, XML). Or one observation a line: UTC time, RA, Dec, station, " +
    "and if known σRA and σDec in arcseconds, with tabs or commas between.",
  choose: "Choose a file",
  clear: "Clear",
  drop: "Drop the file to read it",
  tooLarge: "The file is larger than 2 MB. Split it.",
  unreadable: "The file could not be read.",
  dropFirst: "Only the first of the files was read.",
  reading: "Reading…",
  failed: "The text could not be checked",
  nothingSaved: "Nothing is saved yet.",
  understood: (count: number, nights: number) =>
    `${observations(count)} understood, ${nights} ${pluralEn(nights, "night", "nights")}`,
  understoodNone: "No observation understood",
  stations: (codes: string) => `Stations: ${codes}`,
  span: (first: string, last: string) => `${first} to ${last} UTC`,
  errors: (count: number) => `${problems(count)} to mend before anything is saved`,
  warnings: (count: number) => `${count} ${pluralEn(count, "remark", "remarks")}`,
  problems: "What is wrong, line by line",
  wholeFile: "Whole file",
  line: (line: number) => `Line ${line}`,
  columns: (start: number, end: number) => (start === end ? `column ${start}` : `columns ${start}–${end}`),
  goTo: (line: number) => `Go to line ${line}`,
  error: "Error",
  warning: "Remark",
  moreProblems: (count: number) => `and ${count} more`,
  showMore: "Show more",
  objects: "Object of the file",
  objectsHint: "A request is about one object. Choose which.",
  objectOption: (name: string, count: number) => `${name} (${observations(count)})`,
  preview: "What was understood",
  previewTable: "Observations understood",
  previewMore: (count: number) => `Show all ${count}`,
  previewLess: "Show fewer",
  lineColumn: "Line",
  magnitude: "Mag",
  sigmas: "σ RA, Dec, ″",
  mendFirst: "Mend the lines marked in the text first; nothing was saved.",
  stillReading: "The text is still being read. Try again in a moment.",
  open: "Paste or open a file",
  title: "Add observations from a file",
  add: (count: number) => (count === 0 ? "Add observations" : `Add ${observations(count)}`),
  added: (count: number) => `${observations(count)} added.`,
  reasons: importReasonsEn,
  hints: importHintsEn,
  undo: "Undo",
  undoHint: "Brings back the text from before",
};

/** The track of an object among the stars. */
export const skyEn = {
  title: "Track on the sky",
  label: (count: number) => `Track of ${observations(count)} on the sky, north up, east to the left`,
  north: "N",
  east: "E",
  left: "left out of the fit",
  scale: "North is up, east to the left. Joined in order of time.",
  sized: "The larger a dot, the more it says about the distance.",
  planets: { mercury: "Mercury", venus: "Venus", mars: "Mars" },
  orbitPlot: "The orbit and those of the planets; dashed where it is south of the ecliptic",
  orbitSpace: "The orbit in space, to be turned",
  fromAbove: "From above",
  fromSide: "From the side",
  seen: (above: number, turn: number) => `Seen from ${above}° above the ecliptic, turned by ${turn}°`,
  turnHint:
    "Drag or press the arrow keys to turn it, Home looks from above. Dashed: south of the ecliptic; ☊ ☋: nodes.",
};

/** Editing the observations of a draft. */
export const draftTableEn = {
  keys: "↑ ↓ from row to row, Enter edits, Delete removes.",
  editKeys: "Enter saves, ↑ ↓ save and go on, Esc closes.",
  removed: (moment: string) => `Observation of ${moment} removed.`,
  undo: "Undo",
  restored: "The observation is back.",
  detailsUnsaved: "Save the designation and the comment first.",
  fileOpen: "Add the file being read, or close it, first.",
};

/** A request as a file. */
export const exportsEn = {
  open: "Export",
  failed: "No file was written",
  names: { csv: "CSV", json: "JSON", psv: "ADES (PSV)" },
  texts: {
    csv: "A row for each observation, for a spreadsheet",
    json: "Everything, as the API answers it",
    psv: "Observations with residuals, for other programs",
  },
};

export interface ArcText {
  value: string;
  unit: "minutes" | "hours" | "days";
}

/** Why this distance. */
export const whyEn = {
  title: "Why this distance",
  subtitle: "The Earth carries the observer: what it moves by is the baseline, and the path on the sky shows it",
  baseline: (au: string, angle: string) =>
    `Between the first and the last observation the Earth moved by ${au} au, which from the object looks ${angle} wide.`,
  bend: (au: string, angle: string) =>
    `Its way bends by ${au} au from a straight line, ${angle} from there: this bend, with the Sun's pull on the object, ` +
    "is what a steady motion of the object cannot imitate.",
  accuracy: (rms: string) => `The positions scatter by ${rms}.`,
  plot: "Where the Earth and the object were, with lines of sight, seen from the north of the ecliptic",
  caption: "Earth's way, the object's way and lines of sight, from the north of the ecliptic; to about 1 %.",
  deciding: (count: number, total: number, percent: string) =>
    count === total
      ? total === 1
        ? "There is one night only."
        : `All ${total} nights are needed.`
      : `${count} of ${total} nights ${pluralEn(count, "brings", "bring")} ${percent} of what fixes the distance.`,
  bars: "Share of each night in what fixes the distance",
  showAll: (count: number) => `Show all ${count} nights`,
  census: (percent: string) => `What orbits are usual brings ${percent}.`,
  mostlyCensus: (percent: string) =>
    `What orbits are usual brings ${percent} of what fixes the distance, the positions only the rest.`,
  meaning: "The share of a night is the part of the distance's variance that the noise of its positions brings in.",
  arc: (arc: ArcText) => `${arc.value} ${arc.unit}`,
  seen: (arc: ArcText, nights: number) => `${whyEn.arc(arc)} on ${nights} ${pluralEn(nights, "night", "nights")}`,
  unknown: "any amount",
  share: (percent: string) => `${percent} of what fixes the distance`,
};

/** English is what the server itself says, but where the page knows more; null: the server's words. */
export const verdictReasonsEn: Partial<Record<string, (grounds: ReasonWords) => string | null>> = {
  TWO_ORBITS: ({ rivals, seen }) =>
    rivals &&
    `${rivals.count === 1 ? oneRival(rivals) : manyRivals(rivals)} Observations of another night would tell them ` +
      `apart. The observations cover ${seen}.`,
};

function oneRival({ likely, named }: RivalWords): string {
  const one = named.map(({ au, share }) => `at ${au} au, has ${share} of the belief`).join("");
  return {
    equal: `Two orbits fit and are about equally likely: the other one, ${one}.`,
    less: `Two orbits fit. The one shown is likelier: the other one, ${one}, but the positions do not rule it out.`,
    more: `Two orbits fit, and the one not shown is likelier: it, ${one}.`,
  }[likely];
}

function manyRivals({ likely, count, shown, named, rest }: RivalWords): string {
  const said = {
    equal: "and none is clearly the likeliest.",
    less: "and the one shown is the likeliest, but the positions do not rule out the others.",
    more: "and the one shown is not the likeliest.",
  }[likely];
  const shares = [
    `${shown} in the one shown`,
    ...named.map(({ au, share }) => `${share} in that at ${au} au`),
    ...(rest ? [`${rest.share} in ${rest.count} more`] : []),
  ];
  return `${count + 1} orbits fit, ${said} Belief: ${shares.join(", ")}.`;
}

/** Numbers that the reason of a verdict names. */
export interface ReasonWords {
  sigma: string;
  alone: string;
  times: string;
  other: string;
  /** Null: not known. */
  rivals: RivalWords | null;
  eccentricity: string;
  leftOut: number;
  total: number;
  seen: string;
}

/** The other orbits that fit, and their shares of belief. */
export interface RivalWords {
  /** How likely the likeliest of them is beside the one shown. */
  likely: "equal" | "less" | "more";
  count: number;
  /** Share of the one shown. */
  shown: string;
  /** The likeliest of them, at their distances. */
  named: readonly { au: string; share: string }[];
  /** Those not named, together. */
  rest: { count: number; share: string } | null;
}

/** What a calculation is at, in the words of the service; English is what it says itself. */
export const stagesEn: Partial<Record<string, string>> = {};

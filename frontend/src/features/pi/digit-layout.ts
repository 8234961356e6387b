/** Which digit stands where: lines of groups of ten, and the windows in which digits are asked for. */

/** A whole number of every line's length, so that no line needs two windows. */
export const WINDOW_LENGTH = 10_000;
export const ROW_HEIGHT_PX = 26;

const GROUP_LENGTH = 10;
const LINE_LENGTHS = [100, 50, 20, 10];
/** No usual monospaced font is wider than this share of its size; 14 px for the digits, 12 px for the numbers. */
const CHARACTER_WIDTH = 0.62;
const [DIGIT_PX, LABEL_PX] = [14 * CHARACTER_WIDTH, 12 * CHARACTER_WIDTH];
const MARGINS_PX = 40; // around the number, and the scroll bar

/** `last`: the position of the last digit there is. Line 0 holds the 3 alone, so that line 1 starts at position 1. */
export interface DigitLayout {
  last: number;
  perRow: number;
}

/** The longest line that fits beside the number of its first digit. */
export function digitsPerRow(width_px: number, last: number): number {
  const lastLength = String(last).length;
  const labelCharacters = lastLength + Math.floor((lastLength - 1) / 3);
  const fits = (length: number) =>
    (length + length / GROUP_LENGTH - 1) * DIGIT_PX + labelCharacters * LABEL_PX + MARGINS_PX <= width_px;
  return LINE_LENGTHS.find(fits) ?? GROUP_LENGTH;
}

export const rowCountOf = ({ last, perRow }: DigitLayout) => 1 + Math.ceil(last / perRow);

export const rowOfPosition = ({ perRow }: DigitLayout, position: number) => Math.ceil(position / perRow);

export const rowStart = ({ perRow }: DigitLayout, row: number) => (row === 0 ? 0 : (row - 1) * perRow + 1);

/** The position of the last digit of a line. */
export const rowEnd = ({ last, perRow }: DigitLayout, row: number) => Math.min(last, row * perRow);

/** The windows that hold the digits of some lines; the 3 is in none of them, everybody knows it. */
export function windowsOfRows(layout: DigitLayout, firstRow: number, lastRow: number): number[] {
  const end = rowEnd(layout, lastRow);
  if (end === 0) return [];
  const first = windowOf(Math.max(1, rowStart(layout, firstRow)));
  return Array.from({ length: windowOf(end) - first + 1 }, (_, index) => first + index);
}

export const windowOf = (position: number) => Math.floor((position - 1) / WINDOW_LENGTH);

/** What to ask the server for. */
export function windowBounds(last: number, index: number): { offset: number; length: number } {
  const before = index * WINDOW_LENGTH;
  return { offset: before + 1, length: Math.min(WINDOW_LENGTH, last - before) };
}

/** The digits of a line out of its window; null: not there yet. */
export function rowDigits(layout: DigitLayout, row: number, windows: ReadonlyMap<number, string>): string | null {
  if (row === 0) return "3";
  const start = rowStart(layout, row);
  const digits = windows.get(windowOf(start));
  if (digits === undefined) return null;
  const from = (start - 1) % WINDOW_LENGTH;
  return digits.slice(from, from + rowEnd(layout, row) - start + 1);
}

/** `asked`: the digit of the calculation; `match`: found digits; `current`: where the reader was taken. */
export interface Mark {
  start: number;
  length: number;
  kind: "asked" | "match" | "current";
}

export interface Segment {
  text: string;
  kind: Mark["kind"] | null;
}

const RANK = { asked: 1, match: 2, current: 3 };

/** A line cut where marks begin and end, with a space after every tenth digit. The stronger mark covers the weaker. */
export function segmentsOf(start: number, digits: string, marks: readonly Mark[]): Segment[] {
  const kinds: Mark["kind"][] = [];
  for (const mark of [...marks].sort((a, b) => RANK[a.kind] - RANK[b.kind])) {
    const end = Math.min(digits.length, mark.start + mark.length - start);
    for (let index = Math.max(0, mark.start - start); index < end; index++) kinds[index] = mark.kind;
  }
  const segments: Segment[] = [];
  for (let index = 0; index < digits.length; index++) {
    const kind = kinds[index] ?? null;
    const previous = segments.at(-1);
    const gap = index > 0 && index % GROUP_LENGTH === 0 ? " " : "";
    if (previous?.kind === kind) {
      previous.text += gap + (digits[index] ?? "");
    } else {
      if (previous) previous.text += gap;
      segments.push({ text: digits[index] ?? "", kind });
    }
  }
  return segments;
}

/** Of sorted positions of finds, those that reach into a line. */
export function findsWithin(positions: readonly number[], length: number, start: number, end: number): number[] {
  let [low, high] = [0, positions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((positions[middle] ?? 0) + length <= start) low = middle + 1;
    else high = middle;
  }
  const found: number[] = [];
  for (let index = low; index < positions.length; index++) {
    const position = positions[index] ?? 0;
    if (position > end) break;
    found.push(position);
  }
  return found;
}

/** A string of digits, looked for from the 3 to the end, a large window at a time. */

/** Some 0.3 ms of searching: the page stays awake between two of them. */
const FIND_WINDOW = 500_000;
/** More are of no use to a reader; two digits alone occur 100,000 times in ten million. */
export const FIND_LIMIT = 10_000;
export const LONGEST_NEEDLE = 100;

export interface FindProgress {
  /** How many digits were looked at. */
  searched: number;
  /** Where the string starts, in order. */
  positions: readonly number[];
  /** True: there are more than FIND_LIMIT, and the search ended there. */
  limited: boolean;
}

interface FindOptions {
  needle: string;
  /** Position of the last digit. */
  last: number;
  read: (offset: number, length: number) => Promise<string>;
  window?: number;
  limit?: number;
}

/** Yields after each window; the last value yielded is the whole answer. Overlapping finds count. */
export async function* findDigits(options: FindOptions): AsyncGenerator<FindProgress> {
  const { needle, last, read, window = FIND_WINDOW, limit = FIND_LIMIT } = options;
  const positions: number[] = [];
  let tail = "";
  for (let offset = 0; offset <= last; offset += window) {
    const digits = tail + (await read(offset, Math.min(window, last + 1 - offset)));
    const start = offset - tail.length;
    for (let at = digits.indexOf(needle); at !== -1; at = digits.indexOf(needle, at + 1)) {
      if (positions.length === limit) {
        yield { searched: start + at, positions, limited: true };
        return;
      }
      positions.push(start + at);
    }
    tail = needle.length > 1 ? digits.slice(1 - needle.length) : "";
    yield { searched: Math.min(last + 1, offset + window), positions: [...positions], limited: false };
  }
}

/** What was typed as bare digits: `3.14 15` is 31415; null: something else is in it. */
export function parseNeedle(typed: string): string | null {
  const digits = typed.replace(/[\s.,]/g, "");
  return /^\d+$/.test(digits) ? digits : null;
}

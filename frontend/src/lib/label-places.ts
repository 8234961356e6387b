/** Where the names of marks on a drawing stand so that none covers another name or a mark. */

export interface LabelledMark {
  /** On the drawing, px, y downwards. */
  point: { x: number; y: number };
  radius: number;
  /** Empty: the mark has no name. */
  label: string;
}

/** The corner where a text begins (`start`), ends (`end`) or has its middle, px. */
export interface LabelPlace {
  x: number;
  y: number;
  anchor: "start" | "middle" | "end";
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Of letters 12 px high: the broadest name in the broadest usual font (Юпитер in DejaVu: 8.4 px a letter), and the
 * rounding of a small screen. Rather too wide than too narrow. */
const LETTER_PX = 9;
/** Digits and what stands between them (DejaVu: 7.6 px). */
const DIGIT_PX = 8;
/** The signs of the nodes stand alone: 10.7 px in fonts that have them. */
const SIGN_PX = 12;
const HEIGHT_PX = 14;
const GAP_PX = 5;
/** From the line that letters stand on up to the middle of the box. */
const RISE_PX = 4;

/** A place for the name of each mark on a drawing of this size, px, square if no height is given: to the right where that
 * is free, else to the left, above, below or aslant. Those before have the first choice; null: no name, or every place is
 * taken. */
export function placeLabels(marks: readonly LabelledMark[], size: number, height = size): (LabelPlace | null)[] {
  const taken = marks.map(({ point, radius }) => around(point.x, point.y, 2 * radius, 2 * radius));
  return marks.map((mark, own) => {
    if (mark.label === "") return null;
    const width = widthOf(mark.label);
    for (const place of places(mark)) {
      const box = boxOf(place, width);
      const free = taken.every((other, index) => index === own || !overlap(box, other));
      if (!free || box.left < 0 || box.top < 0 || box.right > size || box.bottom > height) continue;
      taken.push(box);
      return place;
    }
    return null;
  });
}

/** How wide a name is at most, px. */
export function widthOf(label: string): number {
  const digits = label.match(/[\d\s°′″.:+−-]/g)?.length ?? 0;
  return Math.max(SIGN_PX, LETTER_PX * (label.length - digits) + DIGIT_PX * digits);
}

function places({ point: { x, y }, radius }: LabelledMark): LabelPlace[] {
  const aside = radius + GAP_PX;
  const [above, below] = [y - radius - GAP_PX, y + radius + GAP_PX + 2 * RISE_PX];
  return [
    { x: x + aside, y: y + RISE_PX, anchor: "start" },
    { x: x - aside, y: y + RISE_PX, anchor: "end" },
    { x, y: above, anchor: "middle" },
    { x, y: below, anchor: "middle" },
    { x: x + aside, y: above, anchor: "start" },
    { x: x + aside, y: below, anchor: "start" },
    { x: x - aside, y: above, anchor: "end" },
    { x: x - aside, y: below, anchor: "end" },
  ];
}

function boxOf({ x, y, anchor }: LabelPlace, width: number): Box {
  const middle = { start: x + width / 2, middle: x, end: x - width / 2 }[anchor];
  return around(middle, y - RISE_PX, width, HEIGHT_PX);
}

function around(x: number, y: number, width: number, height: number): Box {
  return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
}

function overlap(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

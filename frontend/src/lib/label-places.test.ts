import { describe, expect, it } from "vitest";
import { placeLabels, type LabelledMark, type LabelPlace } from "./label-places.ts";

const SIZE = 400;
const mark = (x: number, y: number, label: string, radius = 4): LabelledMark => ({ point: { x, y }, radius, label });

/** What the text covers at most, with letters as wide as the widest. */
function box(place: LabelPlace | null | undefined, label: string) {
  if (!place) throw new Error(`${label} has no place`);
  const width = 9 * label.length;
  const left = { start: place.x, middle: place.x - width / 2, end: place.x - width }[place.anchor];
  return { left, right: left + width, top: place.y - 11, bottom: place.y + 3 };
}

describe("names on a drawing", () => {
  it("stand to the right where nothing is in the way", () => {
    expect(placeLabels([mark(200, 200, "Sun")], SIZE)).toEqual([{ x: 209, y: 204, anchor: "start" }]);
  });

  it("stay on the drawing", () => {
    for (const [x, y] of [
      [398, 200],
      [398, 3],
      [2, 398],
    ] as const) {
      const covered = box(placeLabels([mark(x, y, "Perihelion")], SIZE)[0], "Perihelion");
      expect(Math.min(covered.left, covered.top)).toBeGreaterThanOrEqual(0);
      expect(Math.max(covered.right, covered.bottom)).toBeLessThanOrEqual(SIZE);
    }
  });

  it.each([0, 2, 6, 12, 30])("do not cover each other when their marks are %d px apart", (apart) => {
    const marks = [mark(250, 100, "Asteroid", 5.5), mark(250 + apart, 100 + apart / 2, "Perihelion", 2.5)];
    const [one, other] = placeLabels(marks, SIZE).map((place, index) => box(place, marks[index]?.label ?? ""));
    if (!one || !other) throw new Error("both have a place");
    const apartNow =
      one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top;
    expect(apartNow).toBe(true);
  });

  it("are left out, the last ones first, where there is no room", () => {
    const places = placeLabels(
      Array.from({ length: 12 }, (_, number) => mark(200, 200, `Body ${number}`)),
      SIZE,
    );
    expect(places[0]).not.toBeNull();
    expect(places.at(-1)).toBeNull();
  });

  it("stay on a drawing that is lower than wide", () => {
    const covered = box(placeLabels([mark(200, 98, "Perihelion")], SIZE, 100)[0], "Perihelion");
    expect(covered.bottom).toBeLessThanOrEqual(100);
  });

  it("are none for marks without a name", () => {
    expect(placeLabels([mark(200, 200, "")], SIZE)).toEqual([null]);
  });
});

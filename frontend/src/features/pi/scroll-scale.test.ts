import { describe, expect, it } from "vitest";
import { afterScroll, isSettled, scrollScale } from "./scroll-scale.ts";

const VIEW = 500;

describe("scrolling what fits into an element", () => {
  const scale = scrollScale(10_000, VIEW);

  it("is the browser's own", () => {
    expect([scale.height, scale.reach]).toEqual([10_000, 9_500]);
    expect([0, 1, 4_321, 9_500].map(scale.toTop)).toEqual([0, 1, 4_321, 9_500]);
    const jumped = afterScroll(scale, { scrollTop: 0, top: 0 }, 7_000, VIEW);
    expect(jumped).toEqual({ scrollTop: 7_000, top: 7_000 });
    expect(isSettled(scale, jumped)).toBe(true);
  });

  it("has nowhere to go when everything is in view", () => {
    const small = scrollScale(200, VIEW);
    expect([small.height, small.reach, small.toTop(50), small.toScroll(50)]).toEqual([200, 0, 0, 0]);
  });
});

describe("scrolling more than an element may be high", () => {
  const scale = scrollScale(1_000_000, VIEW, 20_000);

  it("reaches both ends", () => {
    expect(scale.height).toBe(20_000);
    expect(scale.toTop(0)).toBe(0);
    expect(scale.toTop(19_500)).toBe(scale.reach);
    expect(scale.reach).toBe(999_500);
  });

  it("is one to one near the ends and grows steadily between", () => {
    expect([scale.toTop(1_000), scale.reach - scale.toTop(19_500 - 1_000)]).toEqual([1_000, 1_000]);
    let before = -1;
    for (let place = 0; place <= 19_500; place += 50) {
      expect(scale.toTop(place)).toBeGreaterThan(before);
      before = scale.toTop(place);
      expect(scale.toScroll(before)).toBeCloseTo(place, 6);
    }
  });

  it("takes a small step as reading on and a large one as a jump", () => {
    const middle = { scrollTop: 10_000, top: scale.toTop(10_000) };
    expect(afterScroll(scale, middle, 10_100, VIEW).top).toBe(middle.top + 100);
    expect(afterScroll(scale, middle, 15_000, VIEW).top).toBe(scale.toTop(15_000));
  });

  it("notices when the bar has to be put where the content is", () => {
    const middle = { scrollTop: 10_000, top: scale.toTop(10_000) };
    expect(isSettled(scale, middle)).toBe(true);
    expect(isSettled(scale, afterScroll(scale, middle, 10_900, VIEW))).toBe(false);
  });

  it("never leaves the content", () => {
    expect(afterScroll(scale, { scrollTop: 100, top: 40 }, 0, VIEW).top).toBe(0);
    expect(afterScroll(scale, { scrollTop: 19_400, top: scale.reach - 5 }, 19_500, VIEW).top).toBe(scale.reach);
  });
});

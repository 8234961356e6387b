import { act, renderHook } from "@testing-library/react";
import type { Virtualizer } from "@tanstack/react-virtual";
import { describe, expect, it } from "vitest";
import { useRowHeights } from "./row-heights.ts";

const kindAt = (index: number) => (index % 2 === 0 ? "FORMED" : "COMPLETED");
const keyAt = (index: number) => index;

function measuring(first = 50) {
  const { result, rerender } = renderHook((expected: number) => useRowHeights({ keyAt, kindAt, first: expected }), {
    initialProps: first,
  });
  const virtualizer = { indexFromElement: (row: HTMLElement) => Number(row.dataset.index), itemSizeCache: new Map() };
  const measure = (index: number, height?: number) => {
    const row = document.createElement("tr");
    row.dataset.index = String(index);
    const entry = height === undefined ? undefined : { borderBoxSize: [{ blockSize: height, inlineSize: 900 }] };
    let measured = 0;
    act(() => {
      measured = result.current.measureElement(
        row,
        entry as unknown as ResizeObserverEntry,
        virtualizer as unknown as Virtualizer<Window, HTMLTableRowElement>,
      );
    });
    return measured;
  };
  return { result, rerender, measure };
}

describe("heights of rows", () => {
  it("are expected as first told, and a new row is not asked at once", () => {
    const { result, measure } = measuring();
    expect(result.current.estimateSize(1_000)).toBe(50);
    expect(measure(1_000)).toBe(50);
  });

  it("are learned for each kind once several in turn measure the same, and the rows are placed anew", () => {
    const { result, measure } = measuring();
    const { getItemKey } = result.current;
    for (const index of [0, 2, 4]) expect(measure(index, 225.640625)).toBe(225.640625);
    expect(result.current.estimateSize(1_000)).toBe(50);
    measure(6, 225.640625);
    expect(result.current.estimateSize(1_000)).toBe(225.640625);
    expect(result.current.estimateSize(1_001)).toBe(50);
    expect(result.current.getItemKey).not.toBe(getItemKey);
  });

  it("are learned for two kinds at once", () => {
    const { result, measure } = measuring();
    act(() => [0, 1, 2, 3, 4, 5, 6, 7].forEach((index) => measure(index, kindAt(index) === "FORMED" ? 226 : 190)));
    expect([0, 1].map(result.current.estimateSize)).toEqual([226, 190]);
  });

  it("are not learned from single rows that differ, nor is anything placed anew where they are as expected", () => {
    const { result, measure } = measuring();
    const { getItemKey } = result.current;
    for (const height of [50, 90, 90, 90, 50, 90, 50, 50, 50, 50]) measure(0, height);
    expect(result.current.estimateSize(0)).toBe(50);
    expect(result.current.getItemKey).toBe(getItemKey);
  });

  it("are forgotten where rows become cards", () => {
    const { result, measure, rerender } = measuring();
    for (const index of [0, 2, 4, 6]) measure(index, 62);
    expect(result.current.estimateSize(8)).toBe(62);
    rerender(190);
    expect(result.current.estimateSize(8)).toBe(190);
  });
});

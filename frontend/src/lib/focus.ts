/** Where the keyboard goes when what held it leaves the page. */
import { useCallback, useEffect, useRef, useState, type RefCallback } from "react";

/** Gives the focus to the first of these that is on the page, or else to the page's content, unless something has it. */
export function focusFirst(candidates: readonly (Element | null)[]): void {
  const { activeElement } = document;
  if (activeElement !== null && activeElement !== document.body) return;
  const next = candidates.find((element) => element?.isConnected) ?? document.getElementById("content");
  if (next instanceof HTMLElement) next.focus({ preventScroll: true });
}

/** A ref: when its element leaves with the focus in it, the focus goes on to the first of `next` that is left; they are
 * looked up just before. */
export function useFocusHandOver(next: () => readonly (Element | null)[] = () => []): RefCallback<HTMLElement> {
  const latest = useRef(next);
  useEffect(() => {
    latest.current = next;
  });
  return useCallback((node: HTMLElement) => {
    let held = node.contains(document.activeElement);
    // A button that is disabled loses the focus to nobody; it still counts as its holder.
    const follow = ({ target }: Event) => {
      held = target instanceof Node && node.contains(target);
    };
    document.addEventListener("focusin", follow);
    document.addEventListener("pointerdown", follow);
    return () => {
      document.removeEventListener("focusin", follow);
      document.removeEventListener("pointerdown", follow);
      if (!held) return;
      const candidates = latest.current();
      queueMicrotask(() => focusFirst(candidates));
    };
  }, []);
}

/** For what takes the focus while it is there, as dialogs do: whoever had it before gets it back, or the first of
 * `otherwise` that is left. */
export function useFocusReturn(otherwise: readonly (Element | null)[] = []): void {
  const [opener] = useState(() => document.activeElement);
  const latest = useRef(otherwise);
  useEffect(() => {
    latest.current = otherwise;
  });
  // Once the library has taken its elements and its own hold of the focus away.
  useEffect(() => () => void setTimeout(() => focusFirst([opener, ...latest.current])), [opener]);
}

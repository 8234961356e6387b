/** Where an orbit is looked at from: turned by pointer and keys, and moved to a view by a button. */
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { useReducedMotion } from "@mantine/hooks";
import { between, FROM_ABOVE, turned, type View } from "@/lib/orbit-view.ts";

const STEP_DEG = 5;
const DEG_PER_PX = 0.5;
const MOVE_MS = 350;
const STEPS: Partial<Record<string, readonly [turn: number, tilt: number]>> = {
  ArrowLeft: [-STEP_DEG, 0],
  ArrowRight: [STEP_DEG, 0],
  ArrowUp: [0, -STEP_DEG],
  ArrowDown: [0, STEP_DEG],
};

export function useOrbitView() {
  const [view, setView] = useState(FROM_ABOVE);
  const still = useReducedMotion();
  const frame = useRef(0);
  const held = useRef<{ x: number; y: number } | null>(null);
  useEffect(() => () => cancelAnimationFrame(frame.current), []);

  const go = (to: View) => {
    cancelAnimationFrame(frame.current);
    if (still) {
      setView(to);
      return;
    }
    const [from, start] = [view, performance.now()];
    const step = () => {
      const part = Math.min(1, (performance.now() - start) / MOVE_MS);
      setView(part === 1 ? to : between(from, to, part * (2 - part)));
      if (part < 1) frame.current = requestAnimationFrame(step);
    };
    frame.current = requestAnimationFrame(step);
  };
  const turn = (turn_deg: number, tilt_deg: number) => {
    cancelAnimationFrame(frame.current);
    setView((now) => turned(now, turn_deg, tilt_deg));
  };
  const handlers = {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      held.current = { x: event.clientX, y: event.clientY };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent) => {
      if (!held.current) return;
      turn((event.clientX - held.current.x) * DEG_PER_PX, (held.current.y - event.clientY) * -DEG_PER_PX);
      held.current = { x: event.clientX, y: event.clientY };
    },
    onPointerUp: () => (held.current = null),
    onPointerCancel: () => (held.current = null),
    onKeyDown: (event: KeyboardEvent) => {
      const step = STEPS[event.key];
      if (!step && event.key !== "Home") return;
      event.preventDefault();
      if (step) turn(...step);
      else go(FROM_ABOVE);
    },
  };
  return { view, go, handlers };
}

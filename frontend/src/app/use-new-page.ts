import { useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { focusFirst } from "@/lib/focus.ts";

/** A new page starts at its top, and the keyboard at its content when the link that led here is gone; going back keeps
 * the place, which the browser restores by itself. */
export function useNewPage(): void {
  const [path] = useLocation();
  const wentBack = useRef(false);
  useEffect(() => {
    const onPopState = () => {
      wentBack.current = true;
    };
    window.addEventListener("popstate", onPopState);
    return () => window.removeEventListener("popstate", onPopState);
  }, []);
  const shown = useRef(path);
  useEffect(() => {
    if (!wentBack.current) window.scrollTo(0, 0);
    wentBack.current = false;
    if (shown.current !== path) focusFirst([]);
    shown.current = path;
  }, [path]);
}

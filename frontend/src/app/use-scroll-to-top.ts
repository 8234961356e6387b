import { useEffect, useRef } from "react";
import { useLocation } from "wouter";

/** A new page starts at its top; going back keeps the place, which the browser restores by itself. */
export function useScrollToTop(): void {
  const [path] = useLocation();
  const wentBack = useRef(false);
  useEffect(() => {
    const onPopState = () => {
      wentBack.current = true;
    };
    window.addEventListener("popstate", onPopState);
    return () => window.removeEventListener("popstate", onPopState);
  }, []);
  useEffect(() => {
    if (!wentBack.current) window.scrollTo(0, 0);
    wentBack.current = false;
  }, [path]);
}

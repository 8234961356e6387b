import { useCallback, type MouseEvent } from "react";
import { useLocation } from "wouter";

/** For the element around many plain links: pressed as usual, they change the page without loading it anew. A link of
 * the router's own in each of thousands of rows would cost more than all else in it. */
export function useLinkClicks(): (event: MouseEvent) => void {
  const [, navigate] = useLocation();
  return useCallback(
    (event: MouseEvent) => {
      const { altKey, ctrlKey, metaKey, shiftKey } = event;
      if (event.defaultPrevented || event.button !== 0 || altKey || ctrlKey || metaKey || shiftKey) return;
      const to = (event.target as Element).closest("a[href]")?.getAttribute("href");
      if (!to) return;
      event.preventDefault();
      navigate(to);
    },
    [navigate],
  );
}

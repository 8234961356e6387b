/** A WebSocket that stays: it is opened again whenever it closes, until it is told to end. */
import type { LiveState } from "./live.ts";

export interface LiveSocketOptions {
  /** Path on this site. */
  path: string;
  /** True: with this message the line counts as open. A gateway opens it and only then learns whether there is anybody
   * behind. */
  onMessage: (data: string) => boolean;
  onState: (state: LiveState) => void;
  /** How long to wait for a line before it counts as lost. */
  patienceMs?: number;
  /** The first pause before trying again; it doubles up to the longest. */
  retryMs?: number;
  longestRetryMs?: number;
}

/** Opens the socket; the function returned closes it for good. */
export function openLiveSocket(options: LiveSocketOptions): () => void {
  const { patienceMs = 5_000, retryMs = 1_000, longestRetryMs = 15_000 } = options;
  let socket: WebSocket | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let impatience: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let wasOpen = false;

  const loseAfter = (delayMs: number) => {
    clearTimeout(impatience);
    impatience = setTimeout(() => options.onState("lost"), delayMs);
  };
  const open = () => {
    clearTimeout(retry);
    socket = new WebSocket(addressOf(options.path));
    socket.onmessage = (event: MessageEvent<string>) => {
      if (!options.onMessage(event.data)) return;
      clearTimeout(impatience);
      failures = 0;
      wasOpen = true;
      options.onState("open");
    };
    socket.onclose = () => {
      // One that was open may be back in a moment; one that never was is lost already.
      if (wasOpen) loseAfter(patienceMs);
      else options.onState("lost");
      wasOpen = false;
      retry = setTimeout(open, Math.min(longestRetryMs, retryMs * 2 ** failures));
      failures += 1;
    };
  };
  const openAtOnce = () => {
    if (socket?.readyState === WebSocket.CLOSED) open();
  };

  options.onState("connecting");
  loseAfter(patienceMs);
  open();
  window.addEventListener("online", openAtOnce);
  return () => {
    window.removeEventListener("online", openAtOnce);
    clearTimeout(retry);
    clearTimeout(impatience);
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
  };
}

function addressOf(path: string): string {
  const url = new URL(path, window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/** One stream of server-sent snapshots, from the first to the final one, however often the line is cut. */

/** `lost`: nothing comes at present; whoever shows the data should poll until it is `open` again. */
export type LiveState = "connecting" | "open" | "lost";

export interface LiveOptions<T> {
  url: string;
  parse: (data: string) => T;
  /** Grows with every change; an older snapshot than the last is dropped. */
  revision: (snapshot: T) => number;
  isFinal: (snapshot: T) => boolean;
  onSnapshot: (snapshot: T) => void;
  onState: (state: LiveState) => void;
  /** How long to wait for a line before it counts as lost: a new one, one that was cut; and before a refused one is
   * tried again. */
  patienceMs?: number;
  mendMs?: number;
  retryMs?: number;
}

/** Opens the stream; the function returned closes it. It closes by itself with the final snapshot. */
export function openLive<T>(options: LiveOptions<T>): () => void {
  const { patienceMs = 5_000, mendMs = 1_000, retryMs = 15_000 } = options;
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let impatience: ReturnType<typeof setTimeout> | undefined;
  let lastRevision = -1;

  const close = () => {
    clearTimeout(retry);
    stopWaiting();
    source?.close();
    source = null;
  };
  const expectLine = (waitMs: number) => {
    // Each vain try of the browser comes here: the first one counts, or else the line would never be lost.
    impatience ??= setTimeout(() => options.onState("lost"), waitMs);
  };
  const stopWaiting = () => {
    clearTimeout(impatience);
    impatience = undefined;
  };
  const open = () => {
    options.onState("connecting");
    expectLine(patienceMs);
    source = new EventSource(options.url);
    source.onopen = () => {
      stopWaiting();
      options.onState("open");
    };
    source.onmessage = (event: MessageEvent<string>) => {
      const snapshot = options.parse(event.data);
      if (options.revision(snapshot) < lastRevision) return;
      lastRevision = options.revision(snapshot);
      if (options.isFinal(snapshot)) close();
      options.onSnapshot(snapshot);
    };
    source.onerror = () => {
      // CONNECTING: the browser tries again by itself. CLOSED: the server refused, so we do, later.
      if (source?.readyState === EventSource.CLOSED) {
        close();
        options.onState("lost");
        retry = setTimeout(open, retryMs);
      } else {
        expectLine(mendMs);
      }
    };
  };
  open();
  return close;
}

/** A stream of server-sent events in the hands of the test; the same face as the browser's. */
export class FakeEventSource {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  static opened: FakeEventSource[] = [];

  readyState = FakeEventSource.CONNECTING;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly url: string;

  constructor(url: string) {
    this.url = url;
    FakeEventSource.opened.push(this);
  }

  close() {
    this.readyState = FakeEventSource.CLOSED;
  }

  open() {
    this.readyState = FakeEventSource.OPEN;
    this.onopen?.();
  }

  send(snapshot: unknown) {
    this.onmessage?.({ data: JSON.stringify(snapshot) });
  }

  /** The line breaks; the browser would try again by itself. */
  cut() {
    this.readyState = FakeEventSource.CONNECTING;
    this.onerror?.();
  }

  /** The server answers with something else than a stream. */
  refuse() {
    this.readyState = FakeEventSource.CLOSED;
    this.onerror?.();
  }
}

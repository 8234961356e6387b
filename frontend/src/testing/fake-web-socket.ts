/** A WebSocket in the hands of the test; the same face as the browser's. */
export class FakeWebSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 3;
  static opened: FakeWebSocket[] = [];

  readyState = FakeWebSocket.CONNECTING;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly url: string;

  constructor(url: string) {
    this.url = url;
    FakeWebSocket.opened.push(this);
  }

  close() {
    this.readyState = FakeWebSocket.CLOSED;
  }

  open() {
    this.readyState = FakeWebSocket.OPEN;
  }

  send(message: unknown) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** The line breaks, or was refused when it had not been open. */
  cut() {
    this.readyState = FakeWebSocket.CLOSED;
    this.onclose?.();
  }
}

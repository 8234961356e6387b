import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeWebSocket } from "@/testing/fake-web-socket.ts";
import { openLiveSocket } from "./live-socket.ts";
import type { LiveState } from "./live.ts";

function open() {
  const states: LiveState[] = [];
  const messages: string[] = [];
  const close = openLiveSocket({
    path: "/v1/calculations:watch?kind=pi",
    onMessage: (data) => {
      messages.push(data);
      return data.includes("ready");
    },
    onState: (state) => states.push(state),
  });
  return { states, messages, close, socket: () => FakeWebSocket.opened.at(-1) as FakeWebSocket };
}

describe("the live socket", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("opens on this site and passes messages on", () => {
    const live = open();
    expect(live.socket().url).toBe("ws://localhost:3000/v1/calculations:watch?kind=pi");
    live.socket().send({ n: 1 });
    expect(live.states).toEqual(["connecting"]);
    live.socket().send({ ready: true });
    expect([live.states, live.messages]).toEqual([
      ["connecting", "open"],
      ['{"n":1}', '{"ready":true}'],
    ]);
    live.close();
  });

  it("does not count as lost while it is back within its patience", () => {
    const live = open();
    live.socket().send({ ready: true });
    live.socket().cut();
    vi.advanceTimersByTime(1_000);
    live.socket().send({ ready: true });
    vi.advanceTimersByTime(60_000);
    expect(live.states).toEqual(["connecting", "open", "open"]);
    expect(FakeWebSocket.opened).toHaveLength(2);
    live.close();
  });

  it("counts as lost when it is refused, tries more and more seldom, and recovers", () => {
    const live = open();
    live.socket().cut();
    vi.advanceTimersByTime(1_000);
    live.socket().cut();
    expect(live.states.at(-1)).toBe("lost");
    vi.advanceTimersByTime(1_999);
    expect(FakeWebSocket.opened).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(FakeWebSocket.opened).toHaveLength(3);
    live.socket().send({ ready: true });
    expect(live.states.at(-1)).toBe("open");
    live.close();
  });

  it("counts as lost when it is opened again and again only to tell of a problem", () => {
    const live = open();
    live.socket().send({ ready: true });
    live.socket().cut();
    vi.advanceTimersByTime(1_000);
    live.socket().open();
    live.socket().send({ reason: "UNAVAILABLE" });
    live.socket().cut();
    expect(live.states).toEqual(["connecting", "open", "lost"]);
    live.close();
  });

  it("counts as lost when nothing answers, and tries at once when the network is back", () => {
    const live = open();
    vi.advanceTimersByTime(5_000);
    expect(live.states.at(-1)).toBe("lost");
    live.socket().cut();
    window.dispatchEvent(new Event("online"));
    expect(FakeWebSocket.opened).toHaveLength(2);
    live.close();
  });

  it("does nothing any more after it was closed", () => {
    const live = open();
    live.socket().send({ ready: true });
    live.close();
    live.socket().cut();
    window.dispatchEvent(new Event("online"));
    vi.advanceTimersByTime(60_000);
    expect(live.states).toEqual(["connecting", "open"]);
    expect(FakeWebSocket.opened).toHaveLength(1);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeEventSource } from "@/testing/fake-event-source.ts";
import { openLive, type LiveState } from "./live.ts";

interface Snapshot {
  revision: number;
  state: string;
}

function open() {
  const states: LiveState[] = [];
  const seen: number[] = [];
  const close = openLive<Snapshot>({
    url: "/v1/calculations/x:watch",
    parse: (data) => JSON.parse(data) as Snapshot,
    revision: (snapshot) => snapshot.revision,
    isFinal: (snapshot) => snapshot.state === "SUCCEEDED",
    onSnapshot: (snapshot) => seen.push(snapshot.revision),
    onState: (state) => states.push(state),
    patienceMs: 5_000,
    retryMs: 15_000,
  });
  return { states, seen, close, source: () => FakeEventSource.opened.at(-1) as FakeEventSource };
}

describe("the live line", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("passes snapshots on and closes itself with the final one", () => {
    const live = open();
    live.source().open();
    live.source().send({ revision: 1, state: "RUNNING" });
    live.source().send({ revision: 2, state: "SUCCEEDED" });
    expect(live.seen).toEqual([1, 2]);
    expect(live.source().readyState).toBe(FakeEventSource.CLOSED);
    vi.advanceTimersByTime(60_000);
    expect(live.states).toEqual(["connecting", "open"]);
  });

  it("drops a snapshot that is older than the one shown", () => {
    const live = open();
    live.source().send({ revision: 5, state: "RUNNING" });
    live.source().send({ revision: 4, state: "SCHEDULED" });
    expect(live.seen).toEqual([5]);
    live.close();
  });

  it("counts as lost when it stays cut, and as open when it is back", () => {
    const live = open();
    live.source().open();
    live.source().cut();
    expect(live.states).toEqual(["connecting", "open"]);
    vi.advanceTimersByTime(5_000);
    expect(live.states.at(-1)).toBe("lost");
    live.source().open();
    expect(live.states.at(-1)).toBe("open");
    live.close();
  });

  it("counts as lost although the browser keeps trying", () => {
    const live = open();
    live.source().open();
    for (let tries = 0; tries < 4; tries++) {
      live.source().cut();
      vi.advanceTimersByTime(600);
    }
    expect(live.states.at(-1)).toBe("lost");
    live.close();
  });

  it("counts as lost at once when refused, and tries again later", () => {
    const live = open();
    live.source().refuse();
    expect(live.states.at(-1)).toBe("lost");
    vi.advanceTimersByTime(15_000);
    expect(FakeEventSource.opened).toHaveLength(2);
    live.source().open();
    expect(live.states.at(-1)).toBe("open");
    live.close();
  });

  it("does nothing any more after it was closed", () => {
    const live = open();
    live.close();
    vi.advanceTimersByTime(60_000);
    expect(live.states).toEqual(["connecting"]);
    expect(FakeEventSource.opened).toHaveLength(1);
  });
});

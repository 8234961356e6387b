import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";
import { loadDictionary } from "@/i18n/dictionaries.ts";
import { FakeEventSource } from "./fake-event-source.ts";
import { FakeWebSocket } from "./fake-web-socket.ts";

await Promise.all([loadDictionary("en"), loadDictionary("ru")]);

// What Mantine asks of a browser and jsdom lacks.
class NoObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}
const noMedia = (query: string) => ({
  matches: false,
  media: query,
  onchange: null,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
});

// Pages load their parts lazily, and the machines that test are slow.
configure({ asyncUtilTimeout: 30_000 });

beforeEach(() => {
  vi.stubGlobal("ResizeObserver", NoObserver);
  vi.stubGlobal("matchMedia", noMedia);
  vi.stubGlobal("EventSource", FakeEventSource);
  vi.stubGlobal("WebSocket", FakeWebSocket);
  vi.stubGlobal("scrollTo", () => undefined);
  Object.defineProperty(document, "fonts", { configurable: true, value: new EventTarget() });
  Element.prototype.getBoundingClientRect = () => new DOMRect(0, 0, 560, 280);
  Element.prototype.scrollIntoView = () => undefined;
  FakeEventSource.opened = [];
  FakeWebSocket.opened = [];
  localStorage.clear();
  sessionStorage.clear();
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

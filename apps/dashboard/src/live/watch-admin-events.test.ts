import { sampleEnding } from "@adjourn/testkit/samples";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createLiveStore, type LiveEvent } from "./live-store";
import { type AdminEvents, watchAdminEvents } from "./watch-admin-events";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A client whose admin events are sent by the test. */
const openFeed = (store = createLiveStore()) => {
  let handlers: Parameters<AdminEvents["adminEvents"]["subscribe"]>[1] | undefined;
  const api: AdminEvents = {
    adminEvents: {
      subscribe: (_, given) => {
        handlers = given;
        return { unsubscribe: () => {} };
      },
    },
  };
  const onEvents = vi.fn();
  const onLive = vi.fn();
  const stop = watchAdminEvents(api, store, { onEvents, onLive });
  const send = (event: LiveEvent) => handlers?.onData(event);
  const reconnect = () => handlers?.onConnectionStateChange({ state: "connecting" });
  return { store, onEvents, onLive, stop, send, reconnect };
};

const totals: LiveEvent = {
  type: "totals",
  activeSessions: 1,
  expiredSessions: 0,
  totalSessions: 1,
  expiringSoon: 0,
};

const ended = (sessionId: string): LiveEvent => ({
  type: "session.ended",
  ending: sampleEnding(sessionId, { cause: "bulk" }),
});

it("draws a burst of ends once, though each is known at once", () => {
  const { store, onEvents, stop, send } = openFeed();
  send(totals);
  const notified = vi.fn();
  store.subscribe(notified);
  for (let index = 0; index < 1_000; index += 1) send(ended(String(index)));
  expect(store.isGone("999")).toBe(true);
  vi.advanceTimersByTime(1_000);
  expect(notified).toHaveBeenCalledTimes(1);
  expect(onEvents).toHaveBeenCalledTimes(1);
  stop();
});

it("takes a connection that does not come about for a lost one, until it does", () => {
  const { store, stop, send } = openFeed();
  expect(store.state().connection).toBe("connecting");
  vi.advanceTimersByTime(4_000);
  expect(store.state().connection).toBe("lost");
  send(totals);
  expect(store.state().connection).toBe("live");
  stop();
});

it("has missed events behind each new connection, also behind one that followed a live one without a failure", () => {
  const first = openFeed();
  first.send(totals);
  first.send(totals);
  expect(first.onLive).toHaveBeenCalledTimes(1);
  first.reconnect();
  first.send(totals);
  expect(first.onLive).toHaveBeenCalledTimes(2);
  first.stop();
  const second = openFeed(first.store);
  expect(second.store.state().connection).toBe("live");
  second.send(totals);
  expect(second.onLive).toHaveBeenCalledTimes(1);
  second.stop();
});

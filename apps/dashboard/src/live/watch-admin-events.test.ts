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
const openFeed = () => {
  let handlers: Parameters<AdminEvents["adminEvents"]["subscribe"]>[1] | undefined;
  const api: AdminEvents = {
    adminEvents: {
      subscribe: (_, given) => {
        handlers = given;
        return { unsubscribe: () => {} };
      },
    },
  };
  const store = createLiveStore();
  const onEvents = vi.fn();
  const stop = watchAdminEvents(api, store, { onEvents, onLive: () => {} });
  return { store, onEvents, stop, send: (event: LiveEvent) => handlers?.onData(event) };
};

const ended = (sessionId: string): LiveEvent => ({
  type: "session.ended",
  ending: sampleEnding(sessionId, { cause: "bulk" }),
});

it("draws a burst of ends once, though each is known at once", () => {
  const { store, onEvents, stop, send } = openFeed();
  send({ type: "totals", activeSessions: 1, expiredSessions: 0, totalSessions: 1, expiringSoon: 0 });
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
  send({ type: "totals", activeSessions: 0, expiredSessions: 0, totalSessions: 0, expiringSoon: 0 });
  expect(store.state().connection).toBe("live");
  stop();
});

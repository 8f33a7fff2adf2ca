import type { BusMessage, EventBus, Presence } from "@adjourn/sessions";

/** One bus for all nodes of a test; what is published is heard a microtask later, in order. */
export const createInMemoryEventBus = (): EventBus & {
  readonly subscriptions: number;
  /** As after a reconnect: whoever hears is told that something may have been lost. */
  loseTouch(): void;
} => {
  const gapListeners = new Set<() => void>();
  const hearers = new Map<string, Set<(message: BusMessage) => void>>();
  return {
    publish: (subject, message) => {
      const copy = structuredClone(message);
      queueMicrotask(() => {
        for (const hear of [...(hearers.get(subject) ?? [])]) hear(copy);
      });
    },
    subscribe: (subject, hear) => {
      const heard = hearers.get(subject) ?? new Set();
      hearers.set(subject, heard.add(hear));
      return {
        ready: Promise.resolve(),
        close: () => {
          heard.delete(hear);
          if (heard.size === 0 && hearers.get(subject) === heard) hearers.delete(subject);
        },
      };
    },
    onGap: (listener) => void gapListeners.add(listener),
    loseTouch: () => {
      for (const listener of gapListeners) listener();
    },
    status: "ok",
    close: async () => {},
    get subscriptions() {
      return hearers.size;
    },
  };
};

/** A single node has no others to know of. */
export const noPresence: Presence = { report: () => {}, remote: async () => new Map() };

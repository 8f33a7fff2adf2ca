import type { BusMessage, EventBus, Presence } from "@adjourn/sessions";

/** One bus for all nodes of a test. It delivers a message one microtask later, in order. */
export const createInMemoryEventBus = (): EventBus & {
  readonly subscriptions: number;
  /** Calls the gap listeners, as after a reconnect. */
  reportGap(): void;
} => {
  const gapListeners = new Set<() => void>();
  const subscribers = new Map<string, Set<(message: BusMessage) => void>>();
  return {
    publish: (subject, message) => {
      const copy = structuredClone(message);
      queueMicrotask(() => {
        for (const deliver of [...(subscribers.get(subject) ?? [])]) deliver(copy);
      });
    },
    subscribe: (subject, onMessage) => {
      const own = subscribers.get(subject) ?? new Set();
      subscribers.set(subject, own.add(onMessage));
      return {
        ready: Promise.resolve(),
        close: () => {
          own.delete(onMessage);
          if (own.size === 0 && subscribers.get(subject) === own) subscribers.delete(subject);
        },
      };
    },
    onGap: (listener) => void gapListeners.add(listener),
    reportGap: () => {
      for (const listener of gapListeners) listener();
    },
    status: "ok",
    close: async () => {},
    get subscriptions() {
      return subscribers.size;
    },
  };
};

/** The presence of a single node: there are no other nodes. */
export const noPresence: Presence = {
  report: () => {},
  remote: async () => new Map(),
  remoteListeners: async () => new Map(),
};

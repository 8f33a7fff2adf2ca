import type { BusMessage, EventBus, Log } from "@adjourn/sessions";
import { Handlers } from "./handlers.js";

/**
 * The bus of a single process; several nodes inside it may share one. Messages are delivered in order in a microtask after
 * `publish`, never lost and not copied.
 */
export const createInProcessEventBus = ({ log }: { log?: Log } = {}): EventBus => {
  const handlers = new Map<string, Handlers>();
  let closed = false;

  const deliver = (subject: string, message: BusMessage): void => {
    if (!closed) handlers.get(subject)?.call(message);
  };

  return {
    publish(subject, message) {
      if (handlers.has(subject)) queueMicrotask(() => deliver(subject, message));
    },
    subscribe(subject, handler) {
      const subjectHandlers = handlers.get(subject) ?? new Handlers(subject, log);
      handlers.set(subject, subjectHandlers);
      const leave = subjectHandlers.add(handler);
      return {
        ready: Promise.resolve(),
        close() {
          leave();
          if (subjectHandlers.size === 0 && handlers.get(subject) === subjectHandlers)
            handlers.delete(subject);
        },
      };
    },
    onGap() {},
    get status() {
      return "ok" as const;
    },
    async close() {
      closed = true;
      handlers.clear();
    },
  };
};

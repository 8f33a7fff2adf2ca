import type { BusMessage, EventBus, Log } from "@adjourn/sessions";
import { Hearers } from "./hearers.js";

/**
 * For a single process; several nodes inside it may share one. What is published is heard in order, after the
 * publisher's own turn is over, and nothing is ever lost. Messages are handed on as they are, not copied.
 */
export const createInProcessEventBus = ({ log }: { log?: Log } = {}): EventBus => {
  const hearers = new Map<string, Hearers>();
  let closed = false;

  const deliver = (subject: string, message: BusMessage): void => {
    if (!closed) hearers.get(subject)?.tell(message);
  };

  return {
    publish(subject, message) {
      if (hearers.has(subject)) queueMicrotask(() => deliver(subject, message));
    },
    subscribe(subject, hear) {
      const heard = hearers.get(subject) ?? new Hearers(subject, log);
      hearers.set(subject, heard);
      const leave = heard.add(hear);
      return {
        ready: Promise.resolve(),
        close() {
          leave();
          if (heard.size === 0 && hearers.get(subject) === heard) hearers.delete(subject);
        },
      };
    },
    onGap() {},
    get status() {
      return "ok" as const;
    },
    async close() {
      closed = true;
      hearers.clear();
    },
  };
};

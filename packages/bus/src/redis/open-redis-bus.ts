import type { EventBus, Presence } from "@adjourn/sessions";
import type { RejectionCounts } from "../messages/rejected-messages.js";
import { createRedisPresence } from "../redis-presence/redis-presence.js";
import { createRedisEventBus } from "./redis-event-bus.js";
import type { RedisOptions } from "./redis-options.js";

/** Opens bus and presence over one Redis; closing the bus closes both. Resolves once each has tried to connect. */
export const openRedisBus = async (
  options: RedisOptions,
): Promise<{
  readonly bus: EventBus;
  readonly presence: Presence;
  /** The counts of `RedisEventBus`. */
  readonly dropped: () => number;
  readonly refused: () => RejectionCounts;
}> => {
  const [bus, presence] = await Promise.all([createRedisEventBus(options), createRedisPresence(options)]);
  const close = async () => {
    await Promise.all([bus.close(), presence.close()]);
  };
  return {
    bus: {
      publish: (subject, message) => bus.publish(subject, message),
      subscribe: (subject, handler) => bus.subscribe(subject, handler),
      onGap: (listener) => bus.onGap(listener),
      close,
      get status() {
        return bus.status;
      },
    },
    presence,
    dropped: () => bus.dropped,
    refused: () => bus.refused,
  };
};

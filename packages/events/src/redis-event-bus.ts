import type { BusMessage, EventBus, Log } from "@adjourn/sessions";
import { formatBusMessage, parseBusMessage } from "./bus-message-json.js";
import { openRedisConnection } from "./redis-connection.js";
import { redisPrefix } from "./redis-prefix.js";
import { RedisSubscriptions } from "./redis-subscriptions.js";

export interface RedisEventBusOptions {
  readonly url: string;
  readonly log: Log;
}

export interface RedisEventBus extends EventBus {
  /** Messages that were not sent, since Redis was away or behind, or they were too long; and those not understood. */
  readonly dropped: number;
}

/** Characters on their way to Redis and not yet answered; beyond it what comes is dropped, not kept. */
const longestBacklog = 8 * 1_048_576;

/**
 * Redis or Valkey pub/sub, with one connection to hear and one to speak. A Redis that is away or hangs is `down` within
 * two seconds; nothing waits for it, and once it is back all subscriptions are restored before `onGap` is told.
 * Resolves once the first attempt to connect has succeeded or failed.
 */
export const createRedisEventBus = async ({ url, log }: RedisEventBusOptions): Promise<RedisEventBus> => {
  const prefix = `${redisPrefix(url)}bus:`;
  const gapListeners = new Set<() => void>();
  let backlog = 0;
  let dropped = 0;

  const speaking = openRedisConnection({ url, purpose: "bus-publish", log });
  const hearing = openRedisConnection({
    url,
    purpose: "bus-subscribe",
    log,
    onReady: async () => {
      await subscriptions.restore();
      if (hearing.isReady) for (const listener of gapListeners) listener();
    },
    onLost: () => subscriptions.forget(),
  });
  const channelsOf = (subjects: readonly string[]) => subjects.map((subject) => prefix + subject);
  const subscriptions = new RedisSubscriptions(
    {
      get isReady() {
        return hearing.isReady;
      },
      subscribe: (subjects) => hearing.client.subscribe(...channelsOf(subjects)),
      unsubscribe: (subjects) => hearing.client.unsubscribe(...channelsOf(subjects)),
    },
    log,
  );
  hearing.client.on("message", (channel: string, json: string) => {
    const message = parseBusMessage(json);
    if (message) subscriptions.tell(channel.slice(prefix.length), message);
    else dropped += 1;
  });

  const send = (subject: string, json: string): void => {
    backlog += json.length;
    speaking.client
      .publish(prefix + subject, json)
      .catch(() => {
        dropped += 1;
      })
      .finally(() => {
        backlog -= json.length;
      });
  };

  await Promise.all([speaking.attempted, hearing.attempted]);
  return {
    publish(subject: string, message: BusMessage) {
      const json = formatBusMessage(message);
      if (json === null || !speaking.isReady || backlog + json.length > longestBacklog) dropped += 1;
      else send(subject, json);
    },
    subscribe: (subject, hear) => subscriptions.add(subject, hear),
    onGap(listener) {
      gapListeners.add(listener);
    },
    get status() {
      return speaking.isReady && hearing.isReady ? ("ok" as const) : ("down" as const);
    },
    get dropped() {
      return dropped;
    },
    async close() {
      gapListeners.clear();
      speaking.close();
      hearing.close();
      subscriptions.close();
    },
  };
};

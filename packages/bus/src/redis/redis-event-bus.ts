import type { BusMessage, EventBus } from "@adjourn/sessions";
import { formatBusMessage, longestMessage, parseBusMessage } from "../messages/bus-message-json.js";
import { createKeyedHash } from "../messages/keyed-hash.js";
import { type RefusalCause, type RefusalCounts, RefusedMessages } from "../messages/rejected-messages.js";
import { SealedMessages } from "../messages/signed-messages.js";
import { openRedisConnection } from "./redis-connection.js";
import type { RedisOptions } from "./redis-options.js";
import { RedisSubscriptions } from "./redis-subscriptions.js";

export interface RedisEventBus extends EventBus {
  /** Messages that were not sent because Redis was unreachable or behind, or because they were too long. */
  readonly dropped: number;
  /** Received messages that were rejected, by cause. */
  readonly refused: RefusalCounts;
}

/** Characters sent to Redis and not answered yet. Beyond this limit, messages are dropped. */
const longestBacklog = 8 * 1_048_576;
/** Upper limit for the signature and header in front of a message. */
const longestHead = 128;

/**
 * A bus over Redis or Valkey pub/sub, with one connection to subscribe and one to publish. A Redis that is unreachable or
 * hangs is `down` within two seconds. Nothing waits for it. Once it is back, all subscriptions are restored, then `onGap`
 * is called.
 * Resolves once the first attempt to connect has succeeded or failed.
 */
export const createRedisEventBus = async (options: RedisOptions): Promise<RedisEventBus> => {
  const { url, log } = options;
  const prefix = `${options.prefix}:bus:`;
  const sealed = new SealedMessages(createKeyedHash(options.key), options.now);
  const refused = new RefusedMessages(log);
  const gapListeners = new Set<() => void>();
  let backlog = 0;
  let dropped = 0;

  const speaking = openRedisConnection({ url, purpose: "bus-publish", log });
  const hearing = openRedisConnection({
    url,
    purpose: "bus-subscribe",
    log,
    onReady: () => {
      restore().catch((error: unknown) =>
        log.error("Subscriptions were not restored", { error: String(error) }),
      );
    },
    onLost: () => subscriptions.forget(),
  });
  const restore = async (): Promise<void> => {
    await subscriptions.restore();
    if (hearing.isReady) for (const listener of gapListeners) listener();
  };
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
  const read = (channel: string, text: string): BusMessage | RefusalCause => {
    if (text.length > longestMessage + longestHead) return "too_long";
    const opened = sealed.open(channel, text);
    return "refused" in opened ? opened.refused : (parseBusMessage(opened.json) ?? "malformed");
  };
  hearing.client.on("message", (channel: string, text: string) => {
    const message = read(channel, text);
    if (typeof message === "string") refused.note(message);
    else subscriptions.call(channel.slice(prefix.length), message);
  });

  const send = (channel: string, text: string): void => {
    backlog += text.length;
    const settled = (wasSent: boolean): void => {
      backlog -= text.length;
      if (!wasSent) dropped += 1;
    };
    speaking.client.publish(channel, text).then(
      () => settled(true),
      () => settled(false),
    );
  };

  await Promise.all([speaking.attempted, hearing.attempted]);
  return {
    publish(subject: string, message: BusMessage) {
      const json = formatBusMessage(message);
      if (json === null || !speaking.isReady || backlog + json.length > longestBacklog) dropped += 1;
      else send(prefix + subject, sealed.seal(prefix + subject, json));
    },
    subscribe: (subject, handler) => subscriptions.add(subject, handler),
    onGap(listener) {
      gapListeners.add(listener);
    },
    get status() {
      return speaking.isReady && hearing.isReady ? ("ok" as const) : ("down" as const);
    },
    get dropped() {
      return dropped;
    },
    get refused() {
      return refused.counts;
    },
    async close() {
      gapListeners.clear();
      speaking.close();
      hearing.close();
      subscriptions.close();
    },
  };
};

import type { BusMessage, EventBus, Log } from "@adjourn/sessions";
import { formatBusMessage, longestMessage, parseBusMessage } from "../messages/bus-message-json.js";
import { createKeyedHash } from "../messages/keyed-hash.js";
import {
  RejectedMessages,
  type RejectionCause,
  type RejectionCounts,
} from "../messages/rejected-messages.js";
import { SignedMessages } from "../messages/signed-messages.js";
import { openRedisConnection, type RedisConnection } from "./redis-connection.js";
import type { RedisOptions } from "./redis-options.js";
import { RedisSubscriptions } from "./redis-subscriptions.js";

export interface RedisEventBus extends EventBus {
  /** Messages that were not sent because Redis was unreachable or behind, or because they were too long. */
  readonly dropped: number;
  /** Received messages that were rejected, by cause. */
  readonly refused: RejectionCounts;
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
  const signed = new SignedMessages(createKeyedHash(options.key), options.now);
  const publisher = new Publisher(openRedisConnection({ url, purpose: "bus-publish", log }), signed, prefix);
  const subscriber = new BusSubscriber(url, log, signed, prefix);
  await Promise.all([publisher.connection.attempted, subscriber.connection.attempted]);
  return {
    publish: (subject, message) => publisher.publish(subject, message),
    subscribe: (subject, handler) => subscriber.subscriptions.add(subject, handler),
    onGap(onGap) {
      subscriber.gapHandlers.add(onGap);
    },
    get status() {
      return publisher.connection.isReady && subscriber.connection.isReady
        ? ("ok" as const)
        : ("down" as const);
    },
    get dropped() {
      return publisher.dropped;
    },
    get refused() {
      return subscriber.rejected.counts;
    },
    async close() {
      publisher.connection.close();
      subscriber.close();
    },
  };
};

/** Signs and publishes messages; drops what Redis cannot take. */
class Publisher {
  dropped = 0;
  private backlog = 0;

  constructor(
    readonly connection: RedisConnection,
    private readonly signed: SignedMessages,
    private readonly prefix: string,
  ) {}

  publish(subject: string, message: BusMessage): void {
    const channel = this.prefix + subject;
    const json = formatBusMessage(message);
    if (json === null || !this.connection.isReady || this.backlog + json.length > longestBacklog)
      this.dropped += 1;
    else this.send(channel, this.signed.seal(channel, json));
  }

  private send(channel: string, text: string): void {
    this.backlog += text.length;
    const settled = (wasSent: boolean): void => {
      this.backlog -= text.length;
      if (!wasSent) this.dropped += 1;
    };
    this.connection.client.publish(channel, text).then(
      () => settled(true),
      () => settled(false),
    );
  }
}

/** Receives and verifies messages; restores its subscriptions after a reconnect. */
class BusSubscriber {
  readonly connection: RedisConnection;
  readonly subscriptions: RedisSubscriptions;
  readonly rejected: RejectedMessages;
  readonly gapHandlers = new Set<() => void>();

  constructor(
    url: string,
    log: Log,
    private readonly signed: SignedMessages,
    private readonly prefix: string,
  ) {
    this.rejected = new RejectedMessages(log);
    this.connection = openRedisConnection({
      url,
      purpose: "bus-subscribe",
      log,
      onReady: () => {
        this.restore().catch((error: unknown) =>
          log.error("Subscriptions were not restored", { error: String(error) }),
        );
      },
      onLost: () => this.subscriptions.forget(),
    });
    const { connection } = this;
    const channelsOf = (subjects: readonly string[]) => subjects.map((subject) => prefix + subject);
    this.subscriptions = new RedisSubscriptions(
      {
        get isReady() {
          return connection.isReady;
        },
        subscribe: (subjects) => connection.client.subscribe(...channelsOf(subjects)),
        unsubscribe: (subjects) => connection.client.unsubscribe(...channelsOf(subjects)),
      },
      log,
    );
    connection.client.on("message", (channel: string, text: string) => this.receive(channel, text));
  }

  close(): void {
    this.gapHandlers.clear();
    this.connection.close();
    this.subscriptions.close();
  }

  private async restore(): Promise<void> {
    await this.subscriptions.restore();
    if (this.connection.isReady) for (const onGap of this.gapHandlers) onGap();
  }

  private receive(channel: string, text: string): void {
    const message = this.read(channel, text);
    if (typeof message === "string") this.rejected.note(message);
    else this.subscriptions.call(channel.slice(this.prefix.length), message);
  }

  private read(channel: string, text: string): BusMessage | RejectionCause {
    if (text.length > longestMessage + longestHead) return "too_long";
    const opened = this.signed.open(channel, text);
    return "refused" in opened ? opened.refused : (parseBusMessage(opened.json) ?? "malformed");
  }
}

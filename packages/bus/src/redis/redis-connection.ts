import type { Log } from "@adjourn/sessions";
import { Redis } from "ioredis";

export interface RedisConnectionOptions {
  readonly url: string;
  /** What it is for, as `CLIENT LIST` and the log show it. */
  readonly purpose: string;
  readonly log: Log;
  /** Redis answers, for the first time or again; nothing of an earlier connection is left. */
  readonly onReady?: () => void;
  readonly onLost?: () => void;
}

/** A connection that comes back for ever, and on which no command waits: without an answer it fails within 1.5 s. */
export interface RedisConnection {
  readonly client: Redis;
  readonly isReady: boolean;
  /** Resolves once the first attempt to connect has succeeded or failed. */
  readonly attempted: Promise<void>;
  /** At once, whatever Redis does; idempotent. */
  close(): void;
}

/** A connection that hangs is noticed within the sum of the two. */
const pingEveryMs = 400;
const silenceMs = 1_000;
/** Bytes of the longest reply that is taken, far beyond any of ours: whoever reaches Redis can store or send 512 MB. */
const longestReply = 32 * 1_048_576;

/** From 50 ms to 2 s, each less up to a half, so that nodes don't all come back at the same moment. */
const retryDelayMs = (attempt: number): number =>
  Math.min(2_000, 50 * 2 ** Math.min(attempt, 6)) * (1 - Math.random() / 2);

export const openRedisConnection = (options: RedisConnectionOptions): RedisConnection => {
  const { purpose, log } = options;
  const client = new Redis(options.url, {
    connectionName: `adjourn-${purpose}`,
    retryStrategy: retryDelayMs,
    connectTimeout: 1_500,
    socketTimeout: silenceMs,
    disconnectTimeout: 100,
    // A command that can't be sent, or whose connection is lost, fails; nothing is kept for later.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    // A replica that was the primary before a failover.
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
  });

  let reason: string | null = null;
  let isLost = false;
  let isClosed = false;
  let settle: () => void = () => {};
  const attempted = new Promise<void>((resolve) => {
    settle = resolve;
  });

  client.on("error", (error: Error) => {
    // Only its message: an error of a command carries its arguments, a password among them.
    reason = error.message || ("code" in error ? String(error.code) : error.name);
  });
  client.on("ready", () => {
    if (isLost) log.info("Redis is back", { connection: purpose });
    isLost = false;
    reason = null;
    options.onReady?.();
    settle();
  });
  client.on("close", () => {
    settle();
    if (!isLost && !isClosed) {
      log.warn("Redis can't be reached", { connection: purpose, reason });
      options.onLost?.();
    }
    isLost = true;
  });

  let unfinished = 0;
  const finished = (): void => {
    unfinished = 0;
  };
  client.on("connect", () => {
    finished();
    const { stream } = client;
    stream.on("data", (bytes: Buffer) => {
      unfinished += bytes.length;
      if (unfinished > longestReply) stream.destroy(new Error("Redis sent too much at once"));
    });
  });
  client.on("message", finished);

  // A ping that fails has closed the connection, which is how it is noticed.
  const pinging = setInterval(() => {
    if (client.status === "ready") client.ping().then(finished, () => {});
  }, pingEveryMs);

  return {
    client,
    attempted,
    get isReady() {
      return client.status === "ready";
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      clearInterval(pinging);
      client.disconnect();
      client.stream?.destroy();
      settle();
    },
  };
};

import type { Log } from "@adjourn/sessions";
import { Redis } from "ioredis";

export interface RedisConnectionOptions {
  readonly url: string;
  /** The purpose of the connection, as shown by `CLIENT LIST` and the log. */
  readonly purpose: string;
  readonly log: Log;
  /** Called when Redis answers, for the first time or again. The state of an earlier connection is lost. */
  readonly onReady?: () => void;
  readonly onLost?: () => void;
}

/** A connection that reconnects for ever. A command without an answer fails within 1.5 s. */
export interface RedisConnection {
  readonly client: Redis;
  readonly isReady: boolean;
  /** Resolves once the first attempt to connect has succeeded or failed. */
  readonly attempted: Promise<void>;
  /** Closes at once, even if Redis does not answer; idempotent. */
  close(): void;
}

/** A connection that hangs is detected within the sum of the two. */
const pingEveryMs = 400;
const silenceMs = 1_000;
/** Bytes of the longest accepted reply, far beyond any legitimate one. Anyone with access to Redis can store or send 512 MB. */
const longestReply = 32 * 1_048_576;

/** From 50 ms to 2 s with up to 50 % jitter, so that nodes do not all reconnect at the same moment. */
const retryDelayMs = (attempt: number): number =>
  Math.min(2_000, 50 * 2 ** Math.min(attempt, 6)) * (1 - Math.random() / 2);

export const openRedisConnection = (options: RedisConnectionOptions): RedisConnection => {
  const { purpose, log } = options;
  const client = createClient(options);

  let reason: string | null = null;
  let isLost = false;
  let isClosed = false;
  let settle: () => void = () => {};
  const attempted = new Promise<void>((resolve) => {
    settle = resolve;
  });

  client.on("error", (error: Error) => {
    // Only the message: the error of a command carries its arguments, which may include a password.
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

  const stopPinging = keepAlive(client);
  return {
    client,
    attempted,
    get isReady() {
      return client.status === "ready";
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      stopPinging();
      client.disconnect();
      client.stream?.destroy();
      settle();
    },
  };
};

/** Pings the connection and bounds the size of a reply. @returns a function that stops the pings */
const keepAlive = (client: Redis): (() => void) => {
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
  // A failed ping closes the connection, which reports the failure.
  const pinging = setInterval(() => {
    if (client.status === "ready") client.ping().then(finished, () => {});
  }, pingEveryMs);
  return () => clearInterval(pinging);
};

const createClient = ({ url, purpose }: RedisConnectionOptions): Redis =>
  new Redis(url, {
    connectionName: `adjourn-${purpose}`,
    retryStrategy: retryDelayMs,
    connectTimeout: 1_500,
    socketTimeout: silenceMs,
    disconnectTimeout: 100,
    // A command fails if it can't be sent or its connection is lost; nothing is queued.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    // The primary has become a replica after a failover.
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
  });

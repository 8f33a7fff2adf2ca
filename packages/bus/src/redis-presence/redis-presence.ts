import { type Clock, type Presence, type PresenceRecord, withDeadline } from "@adjourn/sessions";
import { createKeyedHash } from "../messages/keyed-hash.js";
import { openRedisConnection, type RedisConnection } from "../redis/redis-connection.js";
import type { RedisOptions } from "../redis/redis-options.js";
import { ListenerScan } from "./listener-scan.js";
import { PresenceEntries } from "./presence-entry.js";
import { presenceKeys } from "./presence-keys.js";
import { PresenceReader } from "./presence-reader.js";
import { PresenceWriter } from "./presence-writer.js";
import { shareRuns } from "./share-runs.js";

export interface RedisPresence extends Presence {
  /** Removes this node's records if Redis answers in time. */
  close(): Promise<void>;
}

/** Longest wait for an answer of Redis, in ms. */
const answerTimeoutMs = 500;

const timers: Pick<Clock, "setTimeout"> = {
  setTimeout: (run, delayMs) => {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

/**
 * Presence over Redis. While Redis is unreachable, the other nodes' records are unknown, which is not an error. Each node
 * writes its records again once Redis is back. Resolves once the first attempt to connect has succeeded or failed.
 */
export const createRedisPresence = async (options: RedisOptions): Promise<RedisPresence> => {
  const { url, log, now } = options;
  const keys = presenceKeys(options.prefix);
  const entries = new PresenceEntries(createKeyedHash(options.key));
  const nodeId = crypto.randomUUID();
  const writer = new PresenceWriter(() => connection, keys, entries, nodeId, now, log);
  const connection: RedisConnection = openRedisConnection({
    url,
    purpose: "presence",
    log,
    onReady: () => writer.restore(),
    onLost: () => writer.lost(),
  });
  const reader = new PresenceReader(connection, keys, entries, nodeId, now);
  const scan = new ListenerScan(connection, keys, entries, nodeId, now);
  const readListeners = shareRuns(() => scan.read());
  await connection.attempted;

  return {
    report: (sessionId, record) => writer.report(sessionId, record),
    async remote(sessionIds) {
      const nothing: ReadonlyMap<string, PresenceRecord> = new Map();
      if (sessionIds.length === 0 || !connection.isReady) return nothing;
      return await withDeadline(timers, answerTimeoutMs, reader.read(sessionIds), nothing);
    },
    async remoteListeners() {
      const nothing: ReadonlyMap<string, number> = new Map();
      if (!connection.isReady) return nothing;
      // A lost connection fails the commands that wait for an answer.
      return await readListeners().catch(() => nothing);
    },
    async close() {
      writer.stop();
      if (connection.isReady) {
        const removal = connection.client.pipeline().del(keys.of(nodeId)).srem(keys.nodes, nodeId).exec();
        await withDeadline(timers, answerTimeoutMs, removal, null);
      }
      connection.close();
    },
  };
};

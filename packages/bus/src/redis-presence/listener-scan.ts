import { limits } from "@adjourn/sessions";
import type { RedisConnection } from "../redis/redis-connection.js";
import { type PresenceEntries, parseRecord } from "./presence-entry.js";
import { aliveField, isAlive, maxNodes, type PresenceKeys } from "./presence-keys.js";
import { isRefusal } from "./presence-reader.js";

/** Records that Redis returns at a time. It runs one command at a time, so a long one delays all others. */
const recordsPerScan = 500;

/** Reads how many listeners the other nodes have for each session, record by record. */
export class ListenerScan {
  constructor(
    private readonly connection: RedisConnection,
    private readonly keys: PresenceKeys,
    private readonly entries: PresenceEntries,
    private readonly nodeId: string,
    private readonly now: () => number,
  ) {}

  /** @returns null if there are more records than `limits.listenedSessions`. Rejects if Redis does not answer. */
  async read(): Promise<ReadonlyMap<string, number> | null> {
    const found = new Map<string, number>();
    const { client } = this.connection;
    let records = 0;
    for (const node of await client.srandmember(this.keys.nodes, maxNodes)) {
      if (node === this.nodeId || !(await this.isNodeAlive(node))) continue;
      const seen = new Set<string>();
      let cursor = "0";
      do {
        const [next, fields] = await client.hscan(this.keys.of(node), cursor, "COUNT", recordsPerScan);
        cursor = next;
        records += fields.length / 2;
        if (records > limits.listenedSessions) return null;
        this.take(node, fields, seen, found);
      } while (cursor !== "0");
    }
    return found;
  }

  private async isNodeAlive(node: string): Promise<boolean> {
    const key = this.keys.of(node);
    try {
      const value = await this.connection.client.hget(key, aliveField);
      return isAlive(this.entries.open(key, aliveField, value), this.now());
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
  }

  /** `fields` are names and values in turn. A scan may return a field more than once. */
  private take(node: string, fields: readonly string[], seen: Set<string>, found: Map<string, number>): void {
    for (let at = 0; at < fields.length; at += 2) {
      const sessionId = fields[at] ?? "";
      if (sessionId === aliveField || seen.has(sessionId)) continue;
      seen.add(sessionId);
      const json = this.entries.open(this.keys.of(node), sessionId, fields[at + 1]);
      const listeners = (json === null ? null : parseRecord(json))?.listeners ?? 0;
      if (listeners > 0) found.set(sessionId, (found.get(sessionId) ?? 0) + listeners);
    }
  }
}

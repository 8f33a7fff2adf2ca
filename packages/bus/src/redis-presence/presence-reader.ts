import type { PresenceRecord } from "@adjourn/sessions";
import { inRedisBatches } from "../redis/redis-batches.js";
import type { RedisConnection } from "../redis/redis-connection.js";
import { mergeRecords, type PresenceEntries, parseRecord } from "./presence-entry.js";
import { aliveField, isAlive, maxNodes, type PresenceKeys } from "./presence-keys.js";

/** By session id. */
type Records = Map<string, PresenceRecord>;

/** A node whose hash has an unexpected type counts as gone; a lost connection is an error. */
export const isRefusal = (error: unknown): boolean => error instanceof Error && error.name === "ReplyError";

/** Reads the records of the other nodes. Calls during a read share the next one. */
export class PresenceReader {
  private reading: Promise<unknown> | null = null;
  private next: { readonly ids: Set<string>; readonly found: Promise<Records> } | null = null;

  constructor(
    private readonly connection: RedisConnection,
    private readonly keys: PresenceKeys,
    private readonly entries: PresenceEntries,
    private readonly nodeId: string,
    private readonly now: () => number,
  ) {}

  /** Rejects if Redis does not answer. */
  async read(sessionIds: readonly string[]): Promise<Records> {
    this.next ??= this.open();
    const { ids, found } = this.next;
    for (const id of sessionIds) ids.add(id);
    const all = await found;
    return new Map(
      sessionIds.flatMap((id) => {
        const record = all.get(id);
        return record ? [[id, record]] : [];
      }),
    );
  }

  private open(): { ids: Set<string>; found: Promise<Records> } {
    const ids = new Set<string>();
    const found = Promise.resolve(this.reading).then(() => {
      this.next = null;
      const read = this.ask([...ids]);
      this.reading = read.catch(() => {});
      return read;
    });
    return { ids, found };
  }

  private async ask(ids: readonly string[]): Promise<Records> {
    const { client } = this.connection;
    const named = await client.srandmember(this.keys.nodes, maxNodes);
    const nodes = named.filter((node) => node !== this.nodeId);
    const commands = client.pipeline();
    const asked = nodes.flatMap((node) => inRedisBatches(ids).map((batch) => ({ node, batch })));
    for (const { node, batch } of asked) commands.hmget(this.keys.of(node), aliveField, ...batch);
    const answers = (await commands.exec()) ?? [];
    const found: Records = new Map();
    const dead = new Set<string>();
    asked.forEach(({ node, batch }, index) => {
      const [error, values] = answers[index] ?? [];
      if (error && !isRefusal(error)) throw error;
      const [alive, ...all]: unknown[] = Array.isArray(values) ? values : [];
      if (this.isAlive(node, alive)) this.take(node, batch, all, found);
      else dead.add(node);
    });
    if (dead.size > 0) client.srem(this.keys.nodes, ...dead).catch(() => {});
    return found;
  }

  private take(node: string, ids: readonly string[], values: readonly unknown[], found: Records): void {
    ids.forEach((id, position) => {
      const json = this.entries.open(this.keys.of(node), id, values[position]);
      const record = json === null ? null : parseRecord(json);
      if (record) found.set(id, mergeRecords(found.get(id), record));
    });
  }

  private isAlive(node: string, value: unknown): boolean {
    return isAlive(this.entries.open(this.keys.of(node), aliveField, value), this.now());
  }
}

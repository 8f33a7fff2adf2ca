import type { Held } from "@adjourn/sessions";
import { addHeld, parseHeld } from "./held-json.js";
import { inBatches } from "./in-batches.js";
import { aliveField, type PresenceKeys } from "./presence-keys.js";
import type { RedisConnection } from "./redis-connection.js";

type FoundHeld = Map<string, Held>;

/** Reads what other nodes hold; who asks while a reading is under way shares the next one. */
export class PresenceReader {
  private reading: Promise<unknown> | null = null;
  private next: { readonly ids: Set<string>; readonly found: Promise<FoundHeld> } | null = null;

  constructor(
    private readonly connection: RedisConnection,
    private readonly keys: PresenceKeys,
    private readonly nodeId: string,
  ) {}

  /** Rejects where Redis does not answer. */
  async read(sessionIds: readonly string[]): Promise<FoundHeld> {
    this.next ??= this.open();
    const { ids, found } = this.next;
    for (const id of sessionIds) ids.add(id);
    const all = await found;
    return new Map(
      sessionIds.flatMap((id) => {
        const held = all.get(id);
        return held ? [[id, held]] : [];
      }),
    );
  }

  private open(): { ids: Set<string>; found: Promise<FoundHeld> } {
    const ids = new Set<string>();
    const found = Promise.resolve(this.reading).then(() => {
      this.next = null;
      const read = this.ask([...ids]);
      this.reading = read.catch(() => {});
      return read;
    });
    return { ids, found };
  }

  private async ask(ids: readonly string[]): Promise<FoundHeld> {
    const { client } = this.connection;
    const nodes = (await client.smembers(this.keys.nodes)).filter((node) => node !== this.nodeId);
    const commands = client.pipeline();
    const asked = nodes.flatMap((node) => inBatches(ids).map((batch) => ({ node, batch })));
    for (const { node, batch } of asked) commands.hmget(this.keys.of(node), aliveField, ...batch);
    const answers = (await commands.exec()) ?? [];
    const found: FoundHeld = new Map();
    const dead = new Set<string>();
    asked.forEach(({ node, batch }, index) => {
      const [error, values] = answers[index] ?? [];
      if (error || !Array.isArray(values)) throw error ?? new Error("Redis gave no answer");
      const [alive, ...all]: unknown[] = values;
      if (alive === null) dead.add(node);
      batch.forEach((id, position) => {
        const held = parseHeld(all[position]);
        if (held) found.set(id, addHeld(found.get(id), held));
      });
    });
    if (dead.size > 0) client.srem(this.keys.nodes, ...dead).catch(() => {});
    return found;
  }
}

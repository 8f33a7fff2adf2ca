import type { Log, PresenceRecord } from "@adjourn/sessions";
import { inRedisBatches } from "../redis/redis-batches.js";
import type { RedisConnection } from "../redis/redis-connection.js";
import { formatRecord, type PresenceEntries } from "./presence-entry.js";
import { aliveField, leaseMs, type PresenceKeys } from "./presence-keys.js";

const renewEveryMs = 2_000;
/** Reports of one session within this time are coalesced into one write. */
const gatherMs = 50;

/** Mirrors this node's records in Redis. After a failed write, all records are written again. */
export class PresenceWriter {
  private readonly records = new Map<string, string>();
  private readonly changed = new Set<string>();
  /** Whether everything has been sent since Redis was last reachable. */
  private isComplete = false;
  private gathering: NodeJS.Timeout | null = null;
  private readonly renewing = setInterval(() => this.run(this.renew()), renewEveryMs);

  constructor(
    private readonly connection: () => RedisConnection,
    private readonly keys: PresenceKeys,
    private readonly entries: PresenceEntries,
    private readonly nodeId: string,
    private readonly now: () => number,
    private readonly log: Log,
  ) {}

  report(sessionId: string, record: PresenceRecord | null): void {
    if (record === null) this.records.delete(sessionId);
    else this.records.set(sessionId, this.entry(sessionId, formatRecord(record)));
    if (!this.isComplete) return;
    this.changed.add(sessionId);
    this.gathering ??= setTimeout(() => {
      this.gathering = null;
      this.run(this.write([...this.changed], { anew: false }));
    }, gatherMs);
  }

  /** Called when Redis answers again. It may have lost all data. */
  restore(): void {
    this.run(this.writeAll());
  }

  lost(): void {
    this.isComplete = false;
    this.changed.clear();
  }

  stop(): void {
    clearInterval(this.renewing);
    if (this.gathering) clearTimeout(this.gathering);
    this.isComplete = false;
  }

  /** A failed write is repeated at the next renewal. */
  private run(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.lost();
      this.log.warn("Presence was not written", { error: String(error) });
    });
  }

  private async writeAll(): Promise<void> {
    this.isComplete = true;
    await this.write([...this.records.keys()], { anew: true });
  }

  private entry(field: string, text: string): string {
    return this.entries.seal(this.keys.of(this.nodeId), field, text);
  }

  /** A missing field shows that the hash has expired or that Redis has lost it. */
  private async renew(): Promise<void> {
    const { client, isReady } = this.connection();
    if (!isReady) return;
    try {
      const isThere = (await client.hexists(this.keys.of(this.nodeId), aliveField)) === 1;
      if (isThere && this.isComplete) await this.write([...this.changed], { anew: false });
      else await this.writeAll();
    } catch {
      this.lost();
    }
  }

  private async write(sessionIds: readonly string[], { anew }: { readonly anew: boolean }): Promise<void> {
    const { client, isReady } = this.connection();
    if (!isReady || !this.isComplete) return;
    this.changed.clear();
    const own = this.keys.of(this.nodeId);
    const commands = client.pipeline();
    if (anew) commands.del(own);
    for (const batch of inRedisBatches(sessionIds)) {
      // Field and value are added together; one alone would shift all that follow.
      const set = batch.flatMap((id) => {
        const record = this.records.get(id);
        return record === undefined ? [] : [id, record];
      });
      const gone = batch.filter((id) => !this.records.has(id));
      if (set.length > 0) commands.hset(own, ...set);
      if (gone.length > 0) commands.hdel(own, ...gone);
    }
    // Other nodes remove this one from the set when its lease expires, so it is added again each time.
    commands.hset(own, aliveField, this.entry(aliveField, String(Math.round(this.now()))));
    commands.pexpire(own, leaseMs).sadd(this.keys.nodes, this.nodeId);
    try {
      const failed = (await commands.exec())?.find(([error]) => error);
      if (failed?.[0]) throw failed[0];
    } catch (error) {
      this.lost();
      if (this.connection().isReady) this.log.warn("Presence was not written", { error: String(error) });
    }
  }
}

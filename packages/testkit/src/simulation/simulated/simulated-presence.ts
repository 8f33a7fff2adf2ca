import type { Presence, PresenceRecord } from "@adjourn/sessions";
import { addListeners } from "../../in-memory/in-memory-presence.js";
import type { Random } from "../random.js";
import type { Owner, Scheduler } from "../scheduler.js";

interface OwnedRecord {
  readonly owner: Owner;
  readonly record: PresenceRecord;
}

/** The presence records of all processes. The records of a process that died do not count. */
export class SimulatedPresence {
  private readonly records = new Map<string, Map<Owner, OwnedRecord>>();

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
  ) {}

  connect(owner: Owner, name: string): Presence {
    const random = this.random.of(`presence ${name}`);
    const answer = <T>(read: () => T): Promise<T> =>
      new Promise((resolve) => {
        this.scheduler.schedule(random.below(4), () => resolve(read()), owner);
      });
    return {
      report: (sessionId, record) => {
        const records = this.records.get(sessionId) ?? new Map<Owner, OwnedRecord>();
        if (record) records.set(owner, { owner, record });
        else records.delete(owner);
        this.records.set(sessionId, records);
      },
      remote: (sessionIds) =>
        answer(() => new Map(sessionIds.map((sessionId) => [sessionId, this.recordOf(sessionId, owner)]))),
      remoteListeners: () =>
        answer(() =>
          addListeners(
            [...this.records.keys()].map((sessionId) => [sessionId, this.recordOf(sessionId, owner)]),
          ),
        ),
    };
  }

  /** Whether a live process has a record of the session. */
  isReported(sessionId: string): boolean {
    return [...(this.records.get(sessionId)?.keys() ?? [])].some(({ isAlive }) => isAlive);
  }

  private recordOf(sessionId: string, but: Owner): PresenceRecord {
    const records = [...(this.records.get(sessionId)?.values() ?? [])].filter(
      ({ owner }) => owner.isAlive && owner !== but,
    );
    return {
      listeners: records.reduce((sum, { record }) => sum + record.listeners, 0),
      replies: records.flatMap(({ record }) => [...record.replies]),
    };
  }
}

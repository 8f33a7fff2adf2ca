import type { PendingReply, Presence, PresenceRecord } from "@adjourn/sessions";
import type { Random } from "../random.js";
import type { Owner, Scheduler } from "../scheduler.js";

interface Part {
  readonly owner: Owner;
  readonly held: PresenceRecord;
}

/** What each process says it holds; a process that died holds nothing. */
export class SimulatedPresence {
  private readonly parts = new Map<string, Map<Owner, Part>>();

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
  ) {}

  connect(owner: Owner, name: string): Presence {
    const random = this.random.of(`presence ${name}`);
    return {
      report: (sessionId, held) => {
        const parts = this.parts.get(sessionId) ?? new Map<Owner, Part>();
        if (held) parts.set(owner, { owner, held });
        else parts.delete(owner);
        this.parts.set(sessionId, parts);
      },
      remote: (sessionIds) =>
        new Promise((resolve) => {
          const answer = () =>
            resolve(new Map(sessionIds.map((sessionId) => [sessionId, this.heldOf(sessionId, owner)])));
          this.scheduler.schedule(random.below(4), answer, owner);
        }),
    };
  }

  /** Whether any process that lives still says something of it. */
  isSpokenOf(sessionId: string): boolean {
    return [...(this.parts.get(sessionId)?.keys() ?? [])].some(({ isAlive }) => isAlive);
  }

  private heldOf(sessionId: string, but: Owner): PresenceRecord {
    const parts = [...(this.parts.get(sessionId)?.values() ?? [])].filter(
      ({ owner }) => owner.isAlive && owner !== but,
    );
    return {
      listeners: parts.reduce((sum, { held }) => sum + held.listeners, 0),
      replies: parts.flatMap(({ held }): readonly PendingReply[] => held.replies),
    };
  }
}

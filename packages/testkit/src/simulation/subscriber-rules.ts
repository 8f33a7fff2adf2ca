import {
  type PendingReply,
  parseEventId,
  type SessionEvent,
  type SessionInfo,
  toIso,
  toMessageInfo,
} from "@adjourn/sessions";
import { type Model, Violation } from "./model.js";
import type { Owner } from "./scheduler.js";
import type { Turn } from "./simulated/simulated-agents.js";

/** What someone has heard of a session, over all connections so far. */
export interface Hearing {
  readonly sessionId: string;
  lastId: string | null;
  /** The seq that was reached when the last id was heard. */
  reached: number | null;
}

/** What the rules are held against. */
export interface Told {
  readonly model: Model;
  readonly turns: readonly Turn[];
  /** All ids of all connections, and what each stands for. */
  readonly eventIds: Map<string, string>;
}

/** Contract §4 for one connection: started first, each message once and in order, `session.ended` last. */
export class ListenerRules {
  hasStarted = false;
  hasEnded = false;
  /** The seq of the last message heard, or that was there when it came. */
  reached = 0;
  /** What it must have heard by the time it ends or all is quiet. */
  readonly owed = new Set<string>();
  private readonly heard = new Set<string>();
  private readonly chunkIndexes = new Map<string, number>();
  /** Ids of the messages heard, or there when it started. */
  private readonly heardMessages = new Set<string>();
  /** Turns that had begun when it started; of later ones on its own node it must hear every piece. */
  private turnsBefore = 0;
  /** What was there when it asked to listen; what came later it must hear. */
  private readonly thereBefore: number;

  constructor(
    private readonly client: Hearing,
    /** The process that it is connected to. */
    private readonly node: Owner,
    private readonly told: Told,
    private readonly mayMiss: () => boolean,
  ) {
    this.thereBefore = this.messages.length;
  }

  hear(event: SessionEvent, json: string): void {
    if (this.hasEnded) throw new Violation("§4", `${event.type} after session.ended`);
    if (event.sessionId !== this.client.sessionId) throw new Violation("§4", "another session's event");
    if ((event.type === "session.started") === this.hasStarted)
      throw new Violation("§4", `${event.type} where session.started ${this.hasStarted ? "came" : "is due"}`);
    if (this.heard.has(event.id)) throw new Violation("§4", `the id ${event.id} came twice`);
    this.heard.add(event.id);
    const { eventIds } = this.told;
    if ((eventIds.get(event.id) ?? json) !== json) throw new Violation("§4", `${event.id} means two events`);
    eventIds.set(event.id, json);

    const seq = parseEventId(event.sessionId, event.id);
    if (seq === null) throw new Violation("§4", `no event id: ${event.id}`);
    if (event.type === "session.started") this.start(seq, event.pendingReplies);
    else if (event.type === "message") this.hearMessage(seq, JSON.stringify(event.message));
    else if (seq !== this.reached)
      throw new Violation("§4", `the id of ${event.type} stands for ${seq}, heard were ${this.reached}`);
    this.hearOnce(event);
    if (event.type === "session.ended") this.end(event.cause, event.reason, event.endedAt);
    this.client.lastId = event.id;
    this.client.reached = this.reached;
  }

  /** All that is owed was heard. */
  checkOwed(): void {
    for (const owed of this.owed)
      if (!this.heard.has(owed)) throw new Violation("§4", `${owed} was not heard`);
  }

  private start(seq: number, pending: readonly PendingReply[]): void {
    this.hasStarted = true;
    this.reached = seq;
    this.turnsBefore = this.told.turns.length;
    for (const { id } of this.messages.slice(0, seq)) this.heardMessages.add(id);
    const { reached } = this.client;
    if (reached !== null && seq !== reached)
      throw new Violation("§4", `resumed at ${seq}, not at ${reached}`);
    if (reached === null && (seq < this.thereBefore || seq > this.messages.length))
      throw new Violation("§4", `started at ${seq}, with ${this.thereBefore}-${this.messages.length} there`);
    for (const { inReplyTo, isOver, signal } of this.localTurns())
      if (!isOver && !signal.aborted && !pending.some((reply) => reply.inReplyTo === inReplyTo))
        throw new Violation("§4", "session.started leaves out a reply under way");
  }

  /** The replies of its own process: nothing is between them and it. */
  private localTurns(): readonly Turn[] {
    const { sessionId } = this.client;
    return this.told.turns.filter((turn) => turn.owner === this.node && turn.sessionId === sessionId);
  }

  private laterTurns(): readonly Turn[] {
    const later = new Set(this.told.turns.slice(this.turnsBefore));
    return this.localTurns().filter((turn) => later.has(turn));
  }

  private hearMessage(seq: number, json: string): void {
    const missing = seq - this.reached - 1;
    if (missing !== 0) throw new Violation("§4", `message ${seq} came after ${this.reached}`);
    const stored = this.messages[seq - 1];
    if (!stored) throw new Violation("§4", `message ${seq} was never stored`);
    if (JSON.stringify(toMessageInfo(stored)) !== json)
      throw new Violation("§4", `message ${seq} is not what was stored`);
    this.reached = seq;
    this.heardMessages.add(stored.id);
    const turn = this.laterTurns().find(({ inReplyTo }) => inReplyTo === stored.inReplyTo);
    const pieces = (this.chunkIndexes.get(stored.id) ?? -1) + 1;
    if (turn && pieces !== turn.pieces)
      throw new Violation("§4", `a reply came after ${pieces} of its ${turn.pieces} pieces`);
  }

  private hearOnce(event: SessionEvent): void {
    if (event.type === "message.delta") {
      const last = this.chunkIndexes.get(event.messageId) ?? -1;
      const isLocal = this.localTurns().some(({ inReplyTo }) => inReplyTo === event.inReplyTo);
      if (event.index <= last || (isLocal && last >= 0 && event.index > last + 1))
        throw new Violation("§4", `piece ${event.index} came after piece ${last}`);
      this.chunkIndexes.set(event.messageId, event.index);
      if (isLocal && !this.heardMessages.has(event.inReplyTo) && !this.mayMiss())
        throw new Violation("§4", "a piece of a reply came before the message that it answers");
    }
    if (event.type === "session.renewed" || event.type === "session.updated") {
      const state = stateOf(event);
      if (event.type === "session.renewed" && this.heard.has(state))
        throw new Violation("§4", `${state} came twice`);
      this.heard.add(state);
    }
    if (event.type === "message.failed") {
      const failed = `${event.code} ${event.inReplyTo}`;
      if (this.heard.has(failed)) throw new Violation("§4", `message.failed came twice: ${failed}`);
      this.heard.add(failed);
    }
  }

  private end(cause: string, reason: string | null, endedAt: string): void {
    this.hasEnded = true;
    const ending = this.told.model.sessions.get(this.client.sessionId)?.ending;
    if (!ending) throw new Violation("E6", "session.ended of a session that lives");
    if (cause !== ending.cause || reason !== ending.reason || endedAt !== toIso(ending.endedAt))
      throw new Violation("E6", "session.ended tells another ending than the one recorded");
    if (this.reached !== ending.lastSeq && !this.mayMiss())
      throw new Violation("§4", `ended at message ${this.reached} of ${ending.lastSeq}`);
    if (!this.mayMiss()) this.checkOwed();
  }

  private get messages() {
    const session = this.told.model.sessions.get(this.client.sessionId)?.session;
    return (session && this.told.model.channels.get(session.channelId)) ?? [];
  }
}

/** A name for the state that such an event tells; every renewal has its own. */
export const stateOf = ({ type, session }: { type: string; session: SessionInfo }): string =>
  type === "session.renewed"
    ? `renewal ${session.renewalCount}`
    : `update ${session.expiresAt} ${JSON.stringify(session.timeoutConfig)}`;

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

/** What a client has received of a session, over all connections so far. */
export interface ClientState {
  readonly sessionId: string;
  lastId: string | null;
  /** The seq of the last message received before the last id. */
  cursor: number | null;
}

/** What the events are checked against. */
export interface RunState {
  readonly model: Model;
  readonly turns: readonly Turn[];
  /** The ids sent to all connections, each with the JSON of its event. */
  readonly eventIds: Map<string, string>;
}

/** Contract §4 for one connection: started first, each message once and in order, `session.ended` last. */
export class SubscriberRules {
  hasStarted = false;
  hasEnded = false;
  /** The seq of the last message received, or of the last one stored when it subscribed. */
  cursor = 0;
  /** The events that it must receive before the session ends or the run is quiet. */
  readonly owed = new Set<string>();
  private readonly received = new Set<string>();
  private readonly chunkIndexes = new Map<string, number>();
  /** The text of each reply so far, null where it began in the middle. */
  private readonly texts = new Map<string, string | null>();
  /** Ids of the messages received, or stored when it started. */
  private readonly receivedMessages = new Set<string>();
  /** The number of turns when it started. It must receive every piece of later ones on its own node. */
  private turnsBefore = 0;
  /** The number of messages when it subscribed. It must receive every later one. */
  private readonly storedBefore: number;

  constructor(
    private readonly client: ClientState,
    /** The node that it is connected to. */
    private readonly node: Owner,
    private readonly run: RunState,
    private readonly mayMiss: () => boolean,
  ) {
    this.storedBefore = this.messages.length;
  }

  receive(event: SessionEvent, json: string): void {
    if (this.hasEnded) throw new Violation("§4", `${event.type} after session.ended`);
    if (event.sessionId !== this.client.sessionId) throw new Violation("§4", "another session's event");
    if ((event.type === "session.started") === this.hasStarted)
      throw new Violation("§4", `${event.type} where session.started ${this.hasStarted ? "came" : "is due"}`);
    if (this.received.has(event.id)) throw new Violation("§4", `the id ${event.id} came twice`);
    this.received.add(event.id);
    const { eventIds } = this.run;
    if ((eventIds.get(event.id) ?? json) !== json) throw new Violation("§4", `${event.id} means two events`);
    eventIds.set(event.id, json);

    const seq = parseEventId(event.sessionId, event.id);
    if (seq === null) throw new Violation("§4", `no event id: ${event.id}`);
    if (event.type === "session.started") this.start(seq, event.pendingReplies);
    else if (event.type === "message") this.receiveMessage(seq, JSON.stringify(event.message));
    else if (seq !== this.cursor)
      throw new Violation(
        "§4",
        `the id of ${event.type} stands for message ${seq}, but message ${this.cursor} was sent`,
      );
    this.checkOrder(event);
    if (event.type === "session.ended") this.end(event.cause, event.reason, event.endedAt);
    this.client.lastId = event.id;
    this.client.cursor = this.cursor;
  }

  /** Everything that is owed was received. */
  checkOwed(): void {
    for (const owed of this.owed)
      if (!this.received.has(owed)) throw new Violation("§4", `${owed} was not received`);
  }

  private start(seq: number, pending: readonly PendingReply[]): void {
    this.hasStarted = true;
    this.cursor = seq;
    this.turnsBefore = this.run.turns.length;
    for (const { id } of this.messages.slice(0, seq)) this.receivedMessages.add(id);
    const { cursor } = this.client;
    if (cursor !== null && seq !== cursor) throw new Violation("§4", `resumed at ${seq}, not at ${cursor}`);
    if (cursor === null && (seq < this.storedBefore || seq > this.messages.length))
      throw new Violation(
        "§4",
        `started at ${seq}, with ${this.storedBefore}-${this.messages.length} stored`,
      );
    for (const { messageId, inReplyTo, text, nextIndex } of pending) {
      this.texts.set(messageId, text);
      if (nextIndex !== null) this.chunkIndexes.set(messageId, nextIndex - 1);
      if (text !== null) this.checkText(inReplyTo, text);
    }
    for (const { inReplyTo, isFinished, signal } of this.localTurns())
      if (!isFinished && !signal.aborted && !pending.some((reply) => reply.inReplyTo === inReplyTo))
        throw new Violation("§4", "session.started leaves out a reply in flight");
  }

  /** The replies on its own node, whose pieces do not pass through the bus. */
  private localTurns(): readonly Turn[] {
    const { sessionId } = this.client;
    return this.run.turns.filter((turn) => turn.owner === this.node && turn.sessionId === sessionId);
  }

  private laterTurns(): readonly Turn[] {
    const later = new Set(this.run.turns.slice(this.turnsBefore));
    return this.localTurns().filter((turn) => later.has(turn));
  }

  private receiveMessage(seq: number, json: string): void {
    const missing = seq - this.cursor - 1;
    if (missing !== 0) throw new Violation("§4", `message ${seq} came after ${this.cursor}`);
    const stored = this.messages[seq - 1];
    if (!stored) throw new Violation("§4", `message ${seq} was never stored`);
    if (JSON.stringify(toMessageInfo(stored)) !== json)
      throw new Violation("§4", `message ${seq} is not what was stored`);
    this.cursor = seq;
    this.receivedMessages.add(stored.id);
    const turn = this.laterTurns().find(({ inReplyTo }) => inReplyTo === stored.inReplyTo);
    const pieces = (this.chunkIndexes.get(stored.id) ?? -1) + 1;
    if (turn && pieces !== turn.pieces)
      throw new Violation("§4", `a reply came after ${pieces} of its ${turn.pieces} pieces`);
  }

  private checkOrder(event: SessionEvent): void {
    if (event.type === "message.delta") {
      const last = this.chunkIndexes.get(event.messageId) ?? -1;
      const isLocal = this.localTurns().some(({ inReplyTo }) => inReplyTo === event.inReplyTo);
      if (event.index <= last || (isLocal && last >= 0 && event.index > last + 1))
        throw new Violation("§4", `piece ${event.index} came after piece ${last}`);
      this.chunkIndexes.set(event.messageId, event.index);
      const before = this.texts.get(event.messageId);
      if (before !== null) this.checkText(event.inReplyTo, (before ?? "") + event.text);
      this.texts.set(event.messageId, before === null ? null : (before ?? "") + event.text);
      if (isLocal && !this.receivedMessages.has(event.inReplyTo) && !this.mayMiss())
        throw new Violation("§4", "a piece of a reply came before the message that it answers");
    }
    if (event.type === "session.renewed" || event.type === "session.updated") {
      const state = stateOf(event);
      if (event.type === "session.renewed" && this.received.has(state))
        throw new Violation("§4", `${state} came twice`);
      this.received.add(state);
    }
    if (event.type === "message.failed") {
      const failed = `${event.code} ${event.inReplyTo}`;
      if (this.received.has(failed)) throw new Violation("§4", `message.failed came twice: ${failed}`);
      this.received.add(failed);
    }
  }

  /** What a subscriber knows of a reply is a beginning of what its agent has said. */
  private checkText(inReplyTo: string, text: string): void {
    const turn = this.run.turns.find((one) => one.inReplyTo === inReplyTo);
    if (!(turn?.text ?? "").startsWith(text))
      throw new Violation("§2a", `"${text}" is no beginning of "${turn?.text}"`);
  }

  private end(cause: string, reason: string | null, endedAt: string): void {
    this.hasEnded = true;
    const ending = this.run.model.sessions.get(this.client.sessionId)?.ending;
    if (!ending) throw new Violation("E6", "session.ended of a session that lives");
    if (cause !== ending.cause || reason !== ending.reason || endedAt !== toIso(ending.endedAt))
      throw new Violation("E6", "session.ended has another ending than the one recorded");
    if (this.cursor !== ending.lastSeq && !this.mayMiss())
      throw new Violation("§4", `ended at message ${this.cursor} of ${ending.lastSeq}`);
    if (!this.mayMiss()) this.checkOwed();
  }

  private get messages() {
    const session = this.run.model.sessions.get(this.client.sessionId)?.session;
    return (session && this.run.model.channels.get(session.channelId)) ?? [];
  }
}

/** A name for the state in such an event. Every renewal has its own. */
export const stateOf = ({ type, session }: { type: string; session: SessionInfo }): string =>
  type === "session.renewed"
    ? `renewal ${session.renewalCount}`
    : `update ${session.expiresAt} ${JSON.stringify(session.timeoutConfig)}`;

import type { BlockRecord, EndingRecord, Message, PartialText, Session } from "@adjourn/sessions";
import { isOrdered } from "./simulated/simulated-agents.js";

/** A broken promise of the contract. */
export class Violation extends Error {
  constructor(
    readonly promise: string,
    readonly what: string,
  ) {
    super(`${promise}: ${what}`);
  }
}

export interface ModelSession {
  session: Session;
  ending: EndingRecord | null;
}

/** The permitted states of sessions. It gets every commit in order, and throws a violation for one that is not permitted. */
export class Model {
  readonly sessions = new Map<string, ModelSession>();
  readonly channels = new Map<string, Message[]>();
  /** How often the store's clock was set forward, which lapses every reply in flight. */
  clockJumps = 0;
  /** When, in simulated ms, that clock was last set forward. */
  clockJumpedAt = Number.NEGATIVE_INFINITY;
  /** The number of jumps before each message. */
  private readonly jumpsBefore = new Map<string, number>();
  /** The committed cancellations, by message id. */
  readonly cancels = new Map<string, PartialText | null>();

  /** By the user's id in lower case. */
  private readonly blocks = new Map<string, BlockRecord>();
  /** What each block ended, by the block's reason. */
  readonly blocksWritten = new Map<string, { readonly ended: number; readonly sessionIds: Set<string> }>();

  constructor(private readonly now: () => number) {}

  isLive({ session, ending }: ModelSession): boolean {
    return ending === null && session.expiresAt > this.now();
  }

  created(session: Session): void {
    if (this.sessions.has(session.sessionId)) throw new Violation("E2", "a session was created twice");
    for (const other of this.sessions.values())
      if (other.session.channelId === session.channelId && this.isLive(other))
        throw new Violation("§2", "two sessions live on one channel");
    if (this.blockOf(session.userId)) throw new Violation("E13", "a session began under a block");
    this.sessions.set(session.sessionId, { session, ending: null });
    if (!this.channels.has(session.channelId)) this.channels.set(session.channelId, []);
  }

  stored(message: Message, session: Session): void {
    this.changed(session, message.isAgent ? "a reply" : "a message");
    const messages = this.channels.get(message.channelId) ?? [];
    if (message.seq !== messages.length + 1) throw new Violation("§4", `seq ${message.seq} is out of order`);
    if (message.createdAt <= (messages.at(-1)?.createdAt ?? 0))
      throw new Violation("§2", `message ${message.seq} is not later than the one before it`);
    const isRepeated = !message.isAgent && messages.some(({ content }) => content === message.content);
    if (isRepeated) throw new Violation("§2a", `${message.content} was stored twice`);
    messages.push(message);
    this.jumpsBefore.set(message.id, this.clockJumps);
  }

  /** A reply that was just stored. */
  replied(reply: Message): void {
    const messages = this.channels.get(reply.channelId) ?? [];
    if (messages.some(({ id, inReplyTo }) => id !== reply.id && inReplyTo === reply.inReplyTo))
      throw new Violation("§2a", "a message has two replies");
    const mark = this.cancels.get(reply.id) ?? null;
    if (mark === "discard") throw new Violation("§2a", "a discarded reply was stored");
    if (mark === "keep" && reply.finishReason !== "cancelled")
      throw new Violation("§2a", "a cancelled reply was stored as finished");
    const question = reply.inReplyTo ?? "";
    if (!isOrdered(reply.authorId) || this.jumpsBefore.get(question) !== this.clockJumps) return;
    const seqOf = ({ inReplyTo }: Message) => messages.find(({ id }) => id === inReplyTo)?.seq ?? 0;
    if (messages.some((other) => other.isAgent && other.seq < reply.seq && seqOf(other) > seqOf(reply)))
      throw new Violation("§2a", "a reply was stored after the reply to a later message");
  }

  /** Renewals, timeouts, heartbeats and warnings: only a live session accepts them. */
  changed(session: Session, by: string): void {
    const known = this.sessions.get(session.sessionId);
    if (!known) throw new Violation("E2", `${by} was written to a session that never was`);
    if (!this.isLive(known)) throw new Violation("E4", `${by} was written after the session was gone`);
    known.session = session;
  }

  ended(ending: EndingRecord): void {
    const known = this.sessions.get(ending.sessionId);
    if (!known) throw new Violation("E1", "a session that never was has ended");
    if (known.ending) throw new Violation("E1", "a session ended twice");
    const isDue = known.session.expiresAt <= this.now();
    const byItself = ending.cause === "expired" || ending.cause === "max_duration";
    if (isDue !== byItself) throw new Violation("E8", `cause ${ending.cause}, expiry due: ${isDue}`);
    const last = this.channels.get(ending.channelId)?.at(-1);
    if (last && ending.endedAt < last.createdAt)
      throw new Violation("E3", "a message is later than the ending");
    known.ending = ending;
  }

  /** The block that holds for a user. */
  blockOf(userId: string): BlockRecord | undefined {
    const block = this.blocks.get(userId.toLowerCase());
    return block && (block.until === null || block.until > this.now()) ? block : undefined;
  }

  /** The endings of a block have to be recorded before it. */
  blocked(block: BlockRecord, endings: readonly EndingRecord[]): void {
    const key = block.userId.toLowerCase();
    this.blocks.set(key, block);
    const sessionIds = new Set(endings.map(({ sessionId }) => sessionId));
    this.blocksWritten.set(block.reason ?? "", { ended: endings.length, sessionIds });
    if (endings.some(({ cause, reason }) => cause !== "blocked" || reason !== block.reason))
      throw new Violation("E10", "an ending does not say that its user was blocked, or why");
    for (const known of this.sessions.values())
      if (known.session.userId.toLowerCase() === key && this.isLive(known))
        throw new Violation("E13", "a session of a blocked user lives");
  }

  refusedForBlock(userId: string): void {
    if (!this.blockOf(userId)) throw new Violation("§2b", "a create was refused without a block");
  }

  unblocked(userId: string, hasFound: boolean): void {
    if (hasFound !== (this.blockOf(userId) !== undefined))
      throw new Violation("§2b", `an unblock found a block: ${hasFound}`);
    this.blocks.delete(userId.toLowerCase());
  }

  /** The store has deleted the blocks that have ended, so that they do not hold again when its clock is set back. */
  endedBlocksDeleted(): void {
    for (const [key, { userId }] of this.blocks) if (!this.blockOf(userId)) this.blocks.delete(key);
  }
}

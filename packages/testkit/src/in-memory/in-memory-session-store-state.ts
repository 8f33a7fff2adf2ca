import type {
  BlockRecord,
  Clock,
  EarlierSend,
  EndingCause,
  EndingRecord,
  Gone,
  IdempotencyKey,
  JsonObject,
  Message,
  RepeatedSend,
  ReplyRecord,
  Session,
  SessionFilter,
  Usage,
  WebhookWatch,
} from "@adjourn/sessions";
import { metadataText } from "@adjourn/sessions";
import { InMemoryWebhooks } from "./in-memory-webhooks.js";

/** Ids of agents and users are compared without regard to case. */
export const isSameId = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** A session's row, with the columns that only the store uses. */
export interface SessionRow {
  session: Session;
  warnAt: number | null;
  /** `createdAt` of the channel's newest message, 0 when it has none. */
  lastAt: number;
  usage: Usage | null;
}

/** A reply in flight. */
export interface ReplyRow {
  readonly sessionId: string;
  /** The key in `sendKeys` of a send with an idempotency key. */
  readonly key: string | null;
  record: ReplyRecord;
  heldUntil: number;
}

/** The first answer to a send with an idempotency key. */
export interface SendKey {
  readonly fingerprint: string;
  earlier: EarlierSend;
  readonly createdAt: number;
}

export const sendKey = (sessionId: string, key: string): string => JSON.stringify([sessionId, key]);

/** The first answer to a create with an idempotency key. */
export interface CreateKey {
  readonly fingerprint: string;
  session: Session;
  readonly createdAt: number;
}

/** An idempotency key that ended a session. */
export interface EndKey {
  readonly createdAt: number;
}

/** The tables of the in-memory store, and the queries that several operations share. */
export class InMemoryState {
  readonly sessions = new Map<string, SessionRow>();
  readonly endings = new Map<string, EndingRecord>();
  /** The user a channel belongs to. */
  readonly channels = new Map<string, { readonly userId: string }>();
  readonly messages = new Map<string, Message[]>();
  /** The metadata of a channel's sessions, which is found after their ends too. */
  readonly searchedMetadata = new Map<string, JsonObject[]>();
  /** By message id, in the order of their beginnings. */
  readonly replies = new Map<string, ReplyRow>();
  /** By {@link sendKey}. */
  readonly sendKeys = new Map<string, SendKey>();
  readonly createKeys = new Map<string, CreateKey>();
  /** By session and key. */
  readonly endKeys = new Map<string, EndKey>();
  /** By the user's id in lower case. */
  readonly blocks = new Map<string, BlockRecord>();

  readonly webhooks: InMemoryWebhooks;

  constructor(
    readonly clock: Clock,
    watches: readonly WebhookWatch[] = [],
  ) {
    this.webhooks = new InMemoryWebhooks(watches, () => this.now());
  }

  now(): number {
    return this.clock.now();
  }

  /** The session's row if the session is live: it exists and has not expired. */
  live(sessionId: string): SessionRow | undefined {
    const row = this.sessions.get(sessionId);
    return row && row.session.expiresAt > this.now() ? row : undefined;
  }

  liveSessions(): Session[] {
    return [...this.sessions.values()].map(({ session }) => session).filter((s) => s.expiresAt > this.now());
  }

  liveMatching(filter: SessionFilter): Session[] {
    const { agentId, userId, sessionIds, createdUntil, idleSince, isReplying } = filter;
    return this.liveSessions().filter(
      (session) =>
        (agentId === undefined || isSameId(session.agentId, agentId)) &&
        (userId === undefined || isSameId(session.userId, userId)) &&
        (!isReplying || this.pendingReplies(session.sessionId).length > 0) &&
        (sessionIds === undefined || sessionIds.includes(session.sessionId)) &&
        (createdUntil === undefined || session.createdAt <= createdUntil) &&
        (idleSince === undefined || session.lastActivity <= idleSince),
    );
  }

  /** The block that holds for a user. */
  blockOf(userId: string): BlockRecord | undefined {
    const block = this.blocks.get(userId.toLowerCase());
    return block && (block.until === null || block.until > this.now()) ? block : undefined;
  }

  pendingReplies(sessionId: string): readonly ReplyRow[] {
    return [...this.replies.values()].filter(
      (reply) => reply.sessionId === sessionId && reply.heldUntil > this.now(),
    );
  }

  sent(sessionId: string, { key, fingerprint }: IdempotencyKey): RepeatedSend | null {
    const sent = this.sendKeys.get(sendKey(sessionId, key));
    if (!sent) return null;
    return sent.fingerprint === fingerprint
      ? { outcome: "repeated", earlier: sent.earlier }
      : { outcome: "key_reused" };
  }

  /** Stores a message at the next place of a session's row. */
  append(row: SessionRow, written: Omit<Message, "channelId" | "seq" | "createdAt">): Message {
    const { channelId, sessionId, metadata, lastSeq, messageCount } = row.session;
    const message: Message = {
      ...written,
      channelId,
      seq: lastSeq + 1,
      metadata: { ...metadata, ...written.metadata, sessionId },
      createdAt: Math.max(this.now(), row.lastAt + 1),
    };
    row.session = { ...row.session, lastSeq: message.seq, messageCount: messageCount + 1 };
    row.lastAt = message.createdAt;
    this.messages.set(channelId, [...(this.messages.get(channelId) ?? []), message]);
    return message;
  }

  conversationTexts(channelId: string): string[] {
    const contents = (this.messages.get(channelId) ?? []).map(({ content }) => content);
    return [...contents, ...(this.searchedMetadata.get(channelId) ?? []).map(metadataText)];
  }

  forgetChannel(channelId: string): void {
    this.searchedMetadata.delete(channelId);
    this.channels.delete(channelId);
    this.messages.delete(channelId);
  }

  gone(sessionId: string): { outcome: "gone"; gone: Gone } {
    const row = this.sessions.get(sessionId);
    if (row) return { outcome: "gone", gone: { state: "expired", expiresAt: row.session.expiresAt } };
    const ending = this.endings.get(sessionId);
    return { outcome: "gone", gone: ending ? { state: "ended", ending } : { state: "unknown" } };
  }

  /** Moves a session to the endings. */
  end(
    session: Session,
    by: Pick<EndingRecord, "reason" | "endedBy" | "actor" | "via"> & { cause: EndingCause },
  ): EndingRecord {
    const { sessionId, channelId, agentId, userId, createdAt, expiresAt, lastSeq, messageCount } = session;
    const row = this.sessions.get(sessionId);
    const ending: EndingRecord = {
      sessionId,
      channelId,
      agentId,
      userId,
      createdAt,
      expiresAt,
      lastSeq,
      endedAt: Math.max(this.now(), row?.lastAt ?? 0),
      cause: by.cause,
      reason: by.reason,
      endedBy: by.endedBy,
      actor: by.actor,
      ...(by.via ? { via: by.via } : {}),
      messageCount,
      listenersDropped: 0,
      operationsAborted: 0,
      ...(row?.usage ? { usage: row.usage } : {}),
    };
    this.sessions.delete(sessionId);
    this.endings.set(sessionId, ending);
    this.webhooks.enqueue({ event: "session.ended", ending });
    return ending;
  }
}

/** A copy that shares nothing with the original, as a database would return it. */
export const copyJson = <T extends JsonObject | readonly JsonObject[]>(value: T): T =>
  JSON.parse(JSON.stringify(value)) as T;

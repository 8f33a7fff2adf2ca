import type { BlockRecord } from "../model/block.js";
import type { Caller, EndingRecord } from "../model/ending.js";
import type { Message } from "../model/message.js";
import type { ReplyFailure } from "../model/reply.js";
import type { JsonObject, Session } from "../model/session.js";
import type { TimeoutConfig, TimeoutConfigInput } from "../model/timeout-policy.js";
import type { MessageBound } from "../paging/message-bound.js";
import type { BlockStore } from "./block-store.js";
import type { EndingFilter, LastMessage, SessionListFilter, SessionPageRequest } from "./lists.js";
import type { PagePosition, PageRequest } from "./page.js";
import type { GoneOutcome, ReplyRecord, ReplyStore } from "./reply-store.js";
import type { StatisticsStore } from "./statistics-store.js";
import type { WebhookStore } from "./webhook-store.js";

export interface IdempotencyKey {
  readonly key: string;
  /** A hash of the request. The same key with another fingerprint is refused. An end does not compare it. */
  readonly fingerprint: string;
}

export interface SessionDraft {
  /** In lower case, like a new channel's id. */
  readonly sessionId: string;
  readonly agentId: string;
  readonly userId: string;
  readonly metadata: JsonObject;
  readonly timeoutConfig: TimeoutConfig;
  /** A new channel's id, or, with `continues`, the id of one that must exist, belong to the user and be free. */
  readonly channelId: string;
  readonly continues: boolean;
}

export type CreateOutcome =
  | { readonly outcome: "created"; readonly session: Session }
  /** The key has created a session before: that session as first answered, even if it is gone now. */
  | { readonly outcome: "repeated"; readonly session: Session }
  /** The key has been used with another request. `channel_not_found` takes precedence. */
  | { readonly outcome: "key_reused" }
  /** Refused, whatever the channel. A key that has created a session gets that one before. */
  | { readonly outcome: "user_blocked"; readonly block: BlockRecord }
  | { readonly outcome: "channel_not_found" }
  | { readonly outcome: "channel_in_use" };

/** A user's message and the reply that begins with it. The store fills in the author. */
export interface MessageDraft {
  readonly id: string;
  readonly sessionId: string;
  readonly content: string;
  /** The message's own metadata. The store merges it over the session's and adds `sessionId`. */
  readonly metadata: JsonObject;
  readonly attachments: readonly JsonObject[] | null;
  readonly reply: Pick<ReplyRecord, "messageId" | "nodeId">;
  readonly idempotency: IdempotencyKey | null;
}

/** A stored user's message, with its session as it was then. */
export interface Sent {
  readonly message: Message;
  readonly session: Session;
  readonly wasRenewed: boolean;
}

/** What an earlier send with the same idempotency key did. */
export interface EarlierSend extends Sent {
  /** The id of the message that the reply becomes. */
  readonly replyId: string;
  /** The error that the reply failed with; null if it is in flight, stored, or was cut by the session's end. */
  readonly failure: ReplyFailure | null;
}

/** The outcomes of a send whose key was used before. */
export type RepeatedSend =
  | { readonly outcome: "repeated"; readonly earlier: EarlierSend }
  | { readonly outcome: "key_reused" };

export type AppendOutcome =
  | ({ readonly outcome: "stored" } & Sent)
  /** As many of the session's replies are in flight as may be. */
  | { readonly outcome: "too_many_replies" }
  | RepeatedSend
  | GoneOutcome;

export type RenewOutcome =
  | { readonly outcome: "renewed"; readonly session: Session }
  | { readonly outcome: "at_maximum"; readonly session: Session }
  | GoneOutcome;

export type HeartbeatOutcome =
  | { readonly outcome: "recorded"; readonly session: Session; readonly wasRenewed: boolean }
  | GoneOutcome;

export type UpdateTimeoutOutcome =
  | { readonly outcome: "updated"; readonly session: Session }
  /** The config that the change would have produced. Nothing was changed. */
  | { readonly outcome: "duration_too_short"; readonly timeoutConfig: TimeoutConfig }
  | GoneOutcome;

export interface EndRequest {
  readonly sessionId: string;
  readonly reason: string | null;
  readonly caller: Caller;
  readonly idempotencyKey: string | null;
}

export type EndOutcome =
  | { readonly outcome: "ended"; readonly ending: EndingRecord }
  /** The key has ended this session before. */
  | { readonly outcome: "repeated"; readonly ending: EndingRecord }
  | GoneOutcome;

/** A batch of a bulk end. */
export interface BulkEnd {
  readonly reason: string | null;
  readonly caller: Caller;
  readonly limit: number;
  /** The creation time and the id of the last session of the batch before, so that no row is read twice. */
  readonly after?: PagePosition | undefined;
}

/** Every given field must match. `sessionIds` has at most 5,000 entries. */
export interface SessionFilter {
  readonly agentId?: string | undefined;
  readonly userId?: string | undefined;
  readonly sessionIds?: readonly string[] | undefined;
  /** Whether a reply is in flight that has not lapsed. */
  readonly isReplying?: true | undefined;
  /** Created at this time (ms) or before. */
  readonly createdUntil?: number | undefined;
  /** Without activity since this time (ms). */
  readonly idleSince?: number | undefined;
}

/** Likewise, with the sessions named. */
export type NamedFilter = SessionFilter & Required<Pick<SessionFilter, "sessionIds">>;

/** Counts over the whole store. `expired` sessions are past their time and have no ending yet. */
export interface SessionStats {
  readonly active: number;
  readonly expired: number;
}

export interface SessionPage {
  /** Live sessions in the order that was asked for, ties by sessionId in the same direction. */
  readonly sessions: readonly Session[];
  readonly total: number;
  readonly stats: SessionStats;
  readonly next: PagePosition | null;
}

export interface EndingPage {
  /** Endings by (endedAt, sessionId), newest first. */
  readonly endings: readonly EndingRecord[];
  readonly next: PagePosition | null;
}

export interface MessageRange {
  readonly channelId: string;
  readonly limit: number;
  /**
   * Upper limit for content, metadata and attachments as stored. The page ends before the message that would exceed it,
   * so that no more is read than can be shown. It holds at least one message.
   */
  readonly maxBytes?: number | undefined;
  /** Exclusive. Alone, it selects the messages directly older. */
  readonly before?: MessageBound | undefined;
  /** Exclusive. Alone, it selects the messages directly newer. With `before`, those between the two, newest first. */
  readonly after?: MessageBound | undefined;
}

export type MessagePageOutcome =
  | {
      readonly outcome: "page";
      /** Newest first in either direction. */
      readonly messages: readonly Message[];
      readonly hasMore: boolean;
      /** Approximate size as stored. As JSON it can be up to six times that, plus the field names. */
      readonly bytes: number;
    }
  | { readonly outcome: "unknown_channel" }
  /** The bound's id belongs to no message of the channel. */
  | { readonly outcome: "unknown_bound"; readonly bound: "before" | "after" };

export type EraseUserOutcome =
  /** The number of channels that this call has erased. */
  | { readonly outcome: "erased"; readonly channels: number }
  /** A session of the user is live. Nothing was erased. */
  | { readonly outcome: "in_use" };

export type EraseOutcome = "erased" | "in_use" | "unknown_channel";

export interface EndingCounts {
  readonly listenersDropped: number;
  readonly operationsAborted: number;
}

/** What one node cut at the end of a session. */
export interface CutCounts extends EndingCounts {
  readonly sessionId: string;
}

/**
 * Decides every race: each operation is one conditional write, and its answer is durable. A session is live while its row
 * exists and `expires_at` lies ahead by the store's own clock. From that instant on it is gone for every operation,
 * whether the sweeper has run or not.
 * @throws StoreUnavailableError from every method
 */
export interface SessionStore extends ReplyStore, BlockStore, StatisticsStore, WebhookStore {
  /** The store's clock in ms: this process's clock, or an estimate of the database's. */
  now(): number;

  createSession(draft: SessionDraft, idempotency: IdempotencyKey | null): Promise<CreateOutcome>;
  /** The session that a create with this key and fingerprint made, as first answered. */
  readCreated(idempotency: IdempotencyKey): Promise<Session | null>;
  readSession(sessionId: string): Promise<{ outcome: "live"; session: Session } | GoneOutcome>;
  /** The live sessions among at most 1,000 ids. */
  readSessions(sessionIds: readonly string[]): Promise<readonly Session[]>;
  /** Like {@link readSessions}, but only the last seq of each, for reconciliation. */
  readLastSeqs(sessionIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** The id of the live session that holds a channel. */
  readChannelHolder(channelId: string): Promise<string | null>;
  listSessions(filter: SessionListFilter, page: SessionPageRequest): Promise<SessionPage>;
  /** The newest messages of at most 1,000 channels, by channel id. */
  readLastMessages(channelIds: readonly string[]): Promise<ReadonlyMap<string, LastMessage>>;
  /** `expiringSoon` counts live sessions within their warning threshold. */
  countSessions(): Promise<SessionStats & { readonly expiringSoon: number }>;

  /**
   * Stores a user's message and begins its reply if the session is live and fewer than `limits.inFlightReplies` of its replies
   * are in flight; renews it if `autoRenew` is on. A repeated idempotency key stores nothing, and is recognised after the
   * session's end as well. Concurrent calls on any node never exceed the limit together.
   */
  appendMessage(draft: MessageDraft): Promise<AppendOutcome>;
  /** What an earlier send with this key did; null if there was none. */
  readSent(sessionId: string, idempotency: IdempotencyKey): Promise<RepeatedSend | null>;
  /** Moves `expiresAt` as far as the maximum duration allows, regardless of `autoRenew`. */
  renewSession(sessionId: string): Promise<RenewOutcome>;
  /** Records activity, and renews if `autoRenew` is on and the maximum duration is not reached. */
  recordHeartbeat(sessionId: string): Promise<HeartbeatOutcome>;
  /** Applies `change` and recomputes the expiry from `lastActivity`; it may lie in the past. */
  updateTimeout(sessionId: string, change: TimeoutConfigInput): Promise<UpdateTimeoutOutcome>;

  endSession(request: EndRequest): Promise<EndOutcome>;
  /** Number of live matches, and the time of the count in ms by the store's clock, which `createdAt` uses too. */
  countMatching(filter: SessionFilter): Promise<{ readonly total: number; readonly at: number }>;
  /** The ids of the live matches, which `sessionIds` bounds. */
  readMatchingIds(filter: NamedFilter): Promise<readonly string[]>;
  /** Number of replies in flight of the live matches. */
  countPendingReplies(filter: SessionFilter): Promise<number>;
  /**
   * Ends at most `limit` live matches behind `after`, by (createdAt, sessionId), oldest first. Returns an empty list if none
   * is left.
   */
  endMatching(filter: SessionFilter, end: BulkEnd): Promise<readonly EndingRecord[]>;
  /** Ends at most `limit` expired sessions, oldest first, with the cause `expired` or `max_duration`. */
  expireSessions(limit: number): Promise<readonly EndingRecord[]>;
  /** Claims at most `limit` live sessions whose warning is due. Each crossing is claimed once over all nodes. */
  claimWarnings(limit: number): Promise<readonly Session[]>;
  /** Whether an expiry or a warning is due. Reads two indexes without a scan. */
  hasDue(): Promise<boolean>;

  listEndings(filter: EndingFilter, page: PageRequest): Promise<EndingPage>;
  readEndings(sessionIds: readonly string[]): Promise<readonly EndingRecord[]>;
  /** Adds the counts of one or many endings, each named once or several times. */
  addEndingCounts(counts: readonly CutCounts[]): Promise<void>;

  listMessages(range: MessageRange): Promise<MessagePageOutcome>;
  /** At most `limit` messages with a seq above `afterSeq`, oldest first; at most `maxBytes`, but at least one message. */
  readMessagesAfter(
    channelId: string,
    afterSeq: number,
    limit: number,
    maxBytes?: number,
  ): Promise<readonly Message[]>;
  /** The newest `limit` messages with a seq below `beforeSeq`, oldest first; `maxBytes` as above. */
  readHistory(
    channelId: string,
    beforeSeq: number,
    limit: number,
    maxBytes?: number,
  ): Promise<readonly Message[]>;
  /**
   * Adds a bounded number of messages and of new sessions' metadata to the index that `words` searches. Nodes that call it
   * at once do not repeat each other's work. @returns whether there may be more
   */
  indexConversations(): Promise<boolean>;
  /** Also removes what was indexed, like every deletion of messages. */
  eraseChannel(channelId: string): Promise<EraseOutcome>;
  /** Erases all channels of a user, whose id is compared without regard to case, or none. */
  eraseUser(userId: string): Promise<EraseUserOutcome>;
  /** Deletes at most `limit` endings older than `cutoff` (ms), and channels left without a session and an ending. */
  deleteEndedBefore(cutoff: number, limit: number): Promise<number>;
  /** Deletes at most `limit` keys older than `cutoff` (ms). @returns how many */
  deleteIdempotencyKeysBefore(cutoff: number, limit: number): Promise<number>;

  ping(): Promise<void>;
  close(): Promise<void>;
}

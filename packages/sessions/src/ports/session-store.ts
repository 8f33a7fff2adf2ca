import type { Caller, EndingCause, EndingRecord, Gone } from "../model/ending.js";
import type { Message } from "../model/message.js";
import type { JsonObject, Session } from "../model/session.js";
import type { TimeoutConfig, TimeoutConfigInput } from "../model/timeout-policy.js";
import type { MessageBound } from "../paging/message-bound.js";

export interface IdempotencyKey {
  readonly key: string;
  /** A hash of what was asked for; the same key with another one is refused. Not compared for an end. */
  readonly fingerprint: string;
}

export interface SessionDraft {
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
  /** The key made a session before: that session as it was first answered, whatever became of it. */
  | { readonly outcome: "repeated"; readonly session: Session }
  /** The key made another session before. Where the channel can't be found either, that is said instead. */
  | { readonly outcome: "key_reused" }
  | { readonly outcome: "channel_not_found" }
  | { readonly outcome: "channel_in_use" };

export interface IsGone {
  readonly outcome: "gone";
  readonly gone: Gone;
}

export interface MessageDraft {
  readonly id: string;
  readonly sessionId: string;
  /** Its author is the session's agent, or else the session's user: the store knows who they are. */
  readonly isAgent: boolean;
  readonly inReplyTo: string | null;
  readonly content: string;
  /** The message's own; the store lays it over the session's and adds `sessionId`. */
  readonly metadata: JsonObject;
  readonly attachments: readonly JsonObject[] | null;
}

export type AppendOutcome =
  | {
      readonly outcome: "stored";
      readonly message: Message;
      readonly session: Session;
      readonly wasRenewed: boolean;
    }
  | IsGone;

export type RenewOutcome =
  | { readonly outcome: "renewed"; readonly session: Session }
  | { readonly outcome: "at_maximum"; readonly session: Session }
  | IsGone;

export type HeartbeatOutcome =
  | { readonly outcome: "recorded"; readonly session: Session; readonly wasRenewed: boolean }
  | IsGone;

export type UpdateTimeoutOutcome =
  | { readonly outcome: "updated"; readonly session: Session }
  /** What the change would have led to; nothing was changed. */
  | { readonly outcome: "duration_too_short"; readonly timeoutConfig: TimeoutConfig }
  | IsGone;

export interface EndRequest {
  readonly sessionId: string;
  readonly reason: string | null;
  readonly caller: Caller;
  readonly idempotencyKey: string | null;
}

export type EndOutcome =
  | { readonly outcome: "ended"; readonly ending: EndingRecord }
  /** The key ended this session before. */
  | { readonly outcome: "repeated"; readonly ending: EndingRecord }
  | IsGone;

/** All that are given must match; `sessionIds` at most 5,000. */
export interface SessionFilter {
  readonly agentId?: string | undefined;
  readonly userId?: string | undefined;
  readonly sessionIds?: readonly string[] | undefined;
}

export interface ListFilter {
  readonly agentId?: string | undefined;
  readonly userId?: string | undefined;
  /** Start of a session's, channel's, agent's or user's id, without regard to case. */
  readonly search?: string | undefined;
}

/** The last row of the page before: pages go by (time, id), newest first, so rows may come and go in between. */
export interface PagePosition {
  readonly time: number;
  readonly id: string;
}

export interface PageRequest {
  readonly limit: number;
  readonly after?: PagePosition | undefined;
}

/** Of the whole store; `expired` are past their time and not yet recorded as over. */
export interface SessionStats {
  readonly active: number;
  readonly expired: number;
}

export interface SessionPage {
  /** Live ones, by (createdAt, sessionId), newest first. */
  readonly sessions: readonly Session[];
  readonly total: number;
  readonly stats: SessionStats;
  readonly next: PagePosition | null;
}

export interface EndingPage {
  /** By (endedAt, sessionId), newest first. */
  readonly endings: readonly EndingRecord[];
  readonly next: PagePosition | null;
}

export interface MessageRange {
  readonly channelId: string;
  readonly limit: number;
  /**
   * The page ends before the message with which content, metadata and attachments would be more than this as they are
   * stored, so that no more is read than can be shown; it holds one at least.
   */
  readonly maxBytes?: number | undefined;
  /** Exclusive. Alone: those directly older. */
  readonly before?: MessageBound | undefined;
  /** Exclusive. Alone: those directly newer. With `before`: those directly older than it, down to this one. */
  readonly after?: MessageBound | undefined;
}

export type MessagePageOutcome =
  | {
      readonly outcome: "page";
      /** Newest first, whatever the direction. */
      readonly messages: readonly Message[];
      readonly hasMore: boolean;
      /** About what they are as they are stored; as JSON they may be up to six times that, and their fields' names. */
      readonly bytes: number;
    }
  | { readonly outcome: "unknown_channel" }
  /** The id in this bound is no message of the channel. */
  | { readonly outcome: "unknown_bound"; readonly bound: "before" | "after" };

export type EraseOutcome = "erased" | "in_use" | "unknown_channel";

export interface EndingCounts {
  readonly listenersDropped: number;
  readonly operationsAborted: number;
}

/**
 * The judge of every race: each verb is one conditional write, and what it answers is on disk. "Lives" means that the
 * session's row is there and `expires_at` lies ahead, by the store's own clock; a session past it counts as over for
 * every verb from that instant, swept or not.
 * @throws StoreUnavailableError from every method
 */
export interface SessionStore {
  /** The store's clock in ms: this process's, or an estimate of the database's. */
  now(): number;

  createSession(draft: SessionDraft, idempotency: IdempotencyKey | null): Promise<CreateOutcome>;
  /** The session that a create with this key and fingerprint made, as it was first answered. */
  readCreated(idempotency: IdempotencyKey): Promise<Session | null>;
  readSession(sessionId: string): Promise<{ outcome: "live"; session: Session } | IsGone>;
  /** Those of the named that live; at most 1,000 ids. */
  readSessions(sessionIds: readonly string[]): Promise<readonly Session[]>;
  /** The same, and of each no more than a node needs that holds many of them against the store. */
  readLastSeqs(sessionIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  listSessions(filter: ListFilter, page: PageRequest): Promise<SessionPage>;
  /** `expiringSoon`: live ones within their warning threshold. */
  countSessions(): Promise<SessionStats & { readonly expiringSoon: number }>;

  /** Stores a message if its session lives; a user's also renews it where `autoRenew` is on. */
  appendMessage(draft: MessageDraft): Promise<AppendOutcome>;
  /** Moves `expiresAt` as far as the cap lets it, `autoRenew` or not. */
  renewSession(sessionId: string): Promise<RenewOutcome>;
  /** Notes activity, and renews where `autoRenew` is on and the cap is not reached. */
  recordHeartbeat(sessionId: string): Promise<HeartbeatOutcome>;
  /** Changes what `change` names and counts anew from `lastActivity`; the result may lie in the past. */
  updateTimeout(sessionId: string, change: TimeoutConfigInput): Promise<UpdateTimeoutOutcome>;

  endSession(request: EndRequest): Promise<EndOutcome>;
  /** How many live ones match, and when that was by the store's clock (ms), which is the one that `createdAt` is in. */
  countMatching(filter: SessionFilter): Promise<{ readonly total: number; readonly at: number }>;
  /** Ends at most `limit` live matches created at `createdUntil` (ms) or before; none left to end: an empty list. */
  endMatching(
    filter: SessionFilter,
    end: { reason: string | null; caller: Caller; createdUntil: number; limit: number },
  ): Promise<readonly EndingRecord[]>;
  /** Ends at most `limit` of those whose time has run out, oldest first, cause `expired` or `max_duration`. */
  expireSessions(limit: number): Promise<readonly EndingRecord[]>;
  /** Claims at most `limit` live sessions whose warning is due; each crossing is claimed once over all nodes. */
  claimWarnings(limit: number): Promise<readonly Session[]>;
  /** Whether an expiry or a warning is due; a look at two indexes, no scan. */
  hasDue(): Promise<boolean>;

  listEndings(
    filter: ListFilter & { readonly cause?: EndingCause | undefined },
    page: PageRequest,
  ): Promise<EndingPage>;
  readEndings(sessionIds: readonly string[]): Promise<readonly EndingRecord[]>;
  addEndingCounts(sessionId: string, counts: EndingCounts): Promise<void>;

  listMessages(range: MessageRange): Promise<MessagePageOutcome>;
  /** Oldest first, at most `limit`, `afterSeq` excluded. */
  readMessagesAfter(channelId: string, afterSeq: number, limit: number): Promise<readonly Message[]>;
  /** The newest `limit` messages with a seq below `beforeSeq`, oldest first. */
  readHistory(channelId: string, beforeSeq: number, limit: number): Promise<readonly Message[]>;
  eraseChannel(channelId: string): Promise<EraseOutcome>;
  /** Deletes at most `limit` endings from before `cutoff` (ms), and channels left without a session or an ending. */
  deleteEndedBefore(cutoff: number, limit: number): Promise<number>;
  /** Deletes at most `limit` keys from before `cutoff` (ms). @returns how many */
  deleteIdempotencyKeysBefore(cutoff: number, limit: number): Promise<number>;

  ping(): Promise<void>;
  close(): Promise<void>;
}

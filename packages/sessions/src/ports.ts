import type { Caller, EndingCause, EndingRecord, Over } from "./ending.js";
import type { Message } from "./message.js";
import type { JsonObject, Session } from "./session.js";
import type { PendingReply, SessionEvent, SessionEventBody } from "./session-event.js";
import type { TimeoutConfig, TimeoutConfigInput } from "./timeout-policy.js";

/** The one source of time and waiting, so that a test and the simulation can hold it. */
export interface Clock {
  /** Milliseconds since the epoch; never goes backwards. */
  now(): number;
  setTimeout(run: () => void, delayMs: number): Timer;
}

export interface Timer {
  cancel(): void;
}

/** Where what went wrong is written; `fields` never hold a secret or a message's content. */
export interface Log {
  info(message: string, fields?: JsonObject): void;
  warn(message: string, fields?: JsonObject): void;
  error(message: string, fields?: JsonObject): void;
}

/* ---- the store ---- */

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
  | { readonly outcome: "key_reused" }
  | { readonly outcome: "channel_not_found" }
  | { readonly outcome: "channel_in_use" };

export interface IsOver {
  readonly outcome: "over";
  readonly over: Over;
}

export interface MessageDraft {
  readonly id: string;
  readonly sessionId: string;
  readonly authorId: string;
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
  | IsOver;

export type RenewOutcome =
  | { readonly outcome: "renewed"; readonly session: Session }
  | { readonly outcome: "at_maximum"; readonly session: Session }
  | IsOver;

export type HeartbeatOutcome =
  | { readonly outcome: "recorded"; readonly session: Session; readonly wasRenewed: boolean }
  | IsOver;

export type UpdateTimeoutOutcome =
  | { readonly outcome: "updated"; readonly session: Session }
  /** What the change would have led to; nothing was changed. */
  | { readonly outcome: "duration_too_short"; readonly timeoutConfig: TimeoutConfig }
  | IsOver;

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
  | IsOver;

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

export type MessageBound = { readonly time: number } | { readonly id: string };

export interface MessageRange {
  readonly channelId: string;
  readonly limit: number;
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
  readSession(sessionId: string): Promise<{ outcome: "live"; session: Session } | IsOver>;
  /** Those of the named that live; at most 1,000 ids. */
  readSessions(sessionIds: readonly string[]): Promise<readonly Session[]>;
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
  countMatching(filter: SessionFilter): Promise<number>;
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
  /** Deletes keys from before `cutoff` (ms). */
  deleteIdempotencyKeysBefore(cutoff: number): Promise<void>;

  ping(): Promise<void>;
  close(): Promise<void>;
}

/* ---- the bus ---- */

/** What nodes tell each other of a session; `origin` is the node that says it, which needs no telling. */
export type BusMessage = { readonly origin: string } & (
  | { readonly kind: "message"; readonly seq: number; readonly at: string; readonly body: SessionEventBody }
  | { readonly kind: "event"; readonly at: string; readonly body: SessionEventBody }
  | { readonly kind: "ended"; readonly ending: EndingRecord }
  | { readonly kind: "created"; readonly sessionId: string }
  | { readonly kind: "changed"; readonly sessionId: string }
);

export interface BusSubscription {
  /** Resolves once what others publish from now on is heard. */
  readonly ready: Promise<void>;
  close(): void;
}

/** Carries, and may lose, repeat or delay. Nothing depends on it but speed. */
export interface EventBus {
  /** Never throws and is never waited for. */
  publish(subject: string, message: BusMessage): void;
  subscribe(subject: string, hear: (message: BusMessage) => void): BusSubscription;
  /** Called whenever messages may have been lost, a reconnect above all. */
  onGap(listener: () => void): void;
  readonly status: "ok" | "down";
  close(): Promise<void>;
}

/** What one node, or all others together, hold of a session. */
export interface Held {
  readonly listeners: number;
  readonly replies: readonly PendingReply[];
}

/** Lets nodes see what the others hold; a node that died takes its part with it. */
export interface Presence {
  /** Says what this node holds now; null for nothing. */
  report(sessionId: string, held: Held | null): void;
  elsewhere(sessionIds: readonly string[]): Promise<ReadonlyMap<string, Held>>;
}

/* ---- agents ---- */

export interface AgentTurn {
  readonly sessionId: string;
  readonly channelId: string;
  readonly userId: string;
  /** The user's message as stored. */
  readonly message: Message;
  /** What came before it in the channel, oldest first; at most the agent's `historyLimit`. */
  readonly history: readonly Message[];
  /** Fires when the session ends or the reply takes too long; nobody reads the reply after that. */
  readonly signal: AbortSignal;
}

export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly timeoutConfig?: TimeoutConfigInput | undefined;
  /** How long a whole reply may take. */
  readonly replyTimeoutSeconds: number;
  /** How many earlier messages a turn needs; 0 spares the read. */
  readonly historyLimit: number;
  /** Pieces of the reply in order. Throws where the agent's side fails. */
  reply(turn: AgentTurn): AsyncIterable<string>;
}

export interface AgentDirectory {
  get(agentId: string): Agent | undefined;
  list(): readonly Agent[];
}

/* ---- listeners ---- */

/** An event serialised once for all who hear it; a wire may keep its own form of it in `wireForms`. */
export interface EventFrame {
  readonly event: SessionEvent;
  readonly json: string;
  /** Keyed by wire. */
  readonly wireForms: Map<string, unknown>;
}

/** Why a listener is let go without its session having ended; the wire turns it into its own close. */
export type DropCause = "too_slow" | "draining";

/** One live connection's end of the hub. No method throws; none is called after `end` or `drop`. */
export interface ListenerWriter {
  write(frame: EventFrame): void;
  /** Bytes written that the peer has not taken yet. */
  readonly waitingBytes: number;
  /** Resolves when more may be written without piling up; also once the connection is gone. */
  drained(): Promise<void>;
  /** After `session.ended` was written: complete, then close as the wire does. */
  end(): void;
  drop(cause: DropCause): void;
  /** Cut the connection without a word; for a peer that did not answer `end` in time. May come after `end`. */
  destroy(): void;
}

/** Everything the domain needs of the world. */
export interface Ports {
  readonly clock: Clock;
  readonly store: SessionStore;
  readonly bus: EventBus;
  readonly presence: Presence;
  readonly agents: AgentDirectory;
  readonly log: Log;
  /** A UUID no one has had before. */
  readonly newId: () => string;
}

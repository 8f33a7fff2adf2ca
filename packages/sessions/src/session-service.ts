import type { Caller, Ending } from "./model/ending.js";
import type { MessageInfo } from "./model/message.js";
import type { Agent, SubscriberSink } from "./ports/index.js";
import type { Inputs, Outputs, SessionRow } from "./schemas/index.js";

/** An operation by its operationId, with the input that its schema has parsed. */
type Operation<Name extends keyof Inputs & keyof Outputs> = (input: Inputs[Name]) => Promise<Outputs[Name]>;
/** An operation that records who called it. */
type CallerOperation<Name extends keyof Inputs & keyof Outputs> = (
  input: Inputs[Name],
  caller: Caller,
) => Promise<Outputs[Name]>;

/** Counts over the whole store, for admins. */
export interface Totals {
  readonly activeSessions: number;
  readonly expiredSessions: number;
  readonly totalSessions: number;
  readonly expiringSoon: number;
}

export type AdminEvent =
  | ({ readonly type: "totals" } & Totals)
  | { readonly type: "session.created"; readonly session: SessionRow }
  | { readonly type: "session.changed"; readonly session: SessionRow }
  | { readonly type: "session.ended"; readonly ending: Ending };

/** A piece of a reply. `index` counts 0, 1, 2 … */
export interface Chunk {
  readonly messageId: string;
  readonly chunk: string;
  readonly index: number;
}

/** The agent's message. `text` repeats its content. */
export type AgentResponse = NonNullable<Outputs["sendSessionMessage"]["agentResponse"]>;

/** A reply that is streamed while the agent writes it. */
export interface ReplyStream {
  /** The user's message as stored. */
  readonly userMessage: MessageInfo;
  /** The id of the message that the reply will become. */
  readonly replyId: string;
  /** Pieces in order; throws `SESSION_ENDED`, `AGENT_FAILED` or `AGENT_TIMEOUT`. Leaving it early does not abort the reply. */
  readonly chunks: AsyncIterable<Chunk>;
  /** The complete reply once it is stored. Rejects with the error that `chunks` throws. */
  readonly reply: Promise<AgentResponse>;
}

export interface Subscription {
  /** Removes the subscriber. Idempotent; aborts no reply. */
  leave(): void;
}

export interface EndWatch {
  /** Stops watching; idempotent. */
  leave(): void;
}

/**
 * The credential of a subscriber. A session's own token, which is the default, has a lower limit of subscribers. A
 * subscriber of the domain itself is `internal`, an admin's that only watches is `observer`. Neither counts as a listener.
 */
export type SubscriberCredential = "key" | "token" | "observer" | "internal";

/** Whether a subscriber with this credential shows in `listeners` and in an ending's `listenersDropped`. */
export const countsAsListener = (credential: SubscriberCredential): boolean =>
  credential === "key" || credential === "token";

export interface AdminSubscription {
  /** Ends by itself only when the server drains or when 20,000 events wait for the reader. */
  readonly events: AsyncGenerator<AdminEvent, void>;
  /** Ends `events`, even while a read is pending; idempotent. */
  leave(): void;
}

/** The domain's operations by operationId. They throw {@link SessionError}; any other error is a defect. */
export interface SessionService {
  createSession: Operation<"createSession">;
  listSessions: Operation<"listSessions">;
  getSessionsHealth(): Promise<Outputs["getSessionsHealth"]>;
  getSession: Operation<"getSession">;
  endSession: CallerOperation<"endSession">;
  endSessions: CallerOperation<"endSessions">;
  renewSession: Operation<"renewSession">;
  updateSessionTimeout: Operation<"updateSessionTimeout">;
  sessionHeartbeat: Operation<"sessionHeartbeat">;
  /** Transports `websocket` and `http`; the latter waits for the reply. */
  sendSessionMessage: Operation<"sendSessionMessage">;
  /** Transport `sse`. */
  streamSessionMessage(input: Inputs["sendSessionMessage"]): Promise<ReplyStream>;
  cancelReply: Operation<"cancelReply">;
  getSessionMessages: Operation<"getSessionMessages">;
  getChannelMessages: Operation<"getChannelMessages">;
  eraseChannel: Operation<"eraseChannel">;
  eraseUser: Operation<"eraseUser">;
  listEndings: Operation<"listEndings">;
  getEnding: Operation<"getEnding">;
  blockUser: CallerOperation<"blockUser">;
  unblockUser: Operation<"unblockUser">;
  listBlocks: Operation<"listBlocks">;
  /**
   * A channel's messages as of now, oldest first, in pages that are read when they are asked for.
   * @throws SessionError `CHANNEL_NOT_FOUND`, also from a page if the channel is erased meanwhile
   */
  exportChannel(input: Inputs["exportChannel"]): Promise<AsyncGenerator<readonly MessageInfo[], void>>;
  /** Likewise all matching endings, newest first. */
  exportEndings(input: Inputs["exportEndings"]): Promise<AsyncGenerator<readonly Ending[], void>>;
  /** Without `dropLatency`, which the host measures. */
  getStatistics: Operation<"getStatistics">;
  listWebhookDeliveries: Operation<"listWebhookDeliveries">;
  resendWebhook: Operation<"resendWebhook">;
  listAgents(input: Inputs["listAgents"]): Outputs["listAgents"];

  /**
   * Subscribes a sink to a session's events (contract §4). The sink receives `session.started` before this resolves.
   * @throws SessionError `VALIDATION_ERROR`, `SESSION_NOT_FOUND`, `SESSION_EXPIRED`, `RATE_LIMITED`
   */
  sessionEvents(
    input: Inputs["sessionEvents"],
    sink: SubscriberSink,
    credential?: SubscriberCredential,
  ): Promise<Subscription>;
  /**
   * Calls `ended` when the session ends, on whichever node.
   * @throws SessionError `SESSION_NOT_FOUND`, `SESSION_EXPIRED`
   */
  watchEnd(input: Inputs["getSession"], ended: () => void): Promise<EndWatch>;
  /** The id of the live session on a channel; null if there is none. */
  sessionOnChannel(input: Pick<Inputs["getChannelMessages"], "channelId">): Promise<string | null>;
  adminEvents(): AdminSubscription;

  /** The sessions with subscribers or replies on this node, their listeners and their replies in flight. */
  localTotals(): { readonly sessions: number; readonly listeners: number; readonly operations: number };
  agent(agentId: string): Agent | undefined;
  /** The state of the store and the bus. */
  readiness(): Promise<{ readonly store: "ok" | "down"; readonly bus: "ok" | "down" }>;
  /** Refuses new calls, drops subscribers and gives replies in flight at most `graceMs` to finish. */
  drain(graceMs: number): Promise<void>;
  close(): Promise<void>;
}

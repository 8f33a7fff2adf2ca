import type { Caller, Ending } from "./model/ending.js";
import type { MessageInfo } from "./model/message.js";
import type { Agent, SubscriberSink } from "./ports/index.js";
import type { Inputs, Outputs, SessionRow } from "./schemas/index.js";

type Verb<Name extends keyof Inputs & keyof Outputs> = (input: Inputs[Name]) => Promise<Outputs[Name]>;
type CallerVerb<Name extends keyof Inputs & keyof Outputs> = (
  input: Inputs[Name],
  caller: Caller,
) => Promise<Outputs[Name]>;

/** What the whole store holds, for admins. */
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

/** A piece of a reply; `index` counts 0, 1, 2 … */
export interface Chunk {
  readonly messageId: string;
  readonly chunk: string;
  readonly index: number;
}

/** The agent's message, its content as `text` too. */
export type AgentResponse = NonNullable<Outputs["sendSessionMessage"]["agentResponse"]>;

/** A reply as it is written, for a caller who wants it in pieces. */
export interface ReplyStream {
  /** The user's message as stored. */
  readonly userMessage: MessageInfo;
  /** Pieces in order; throws `SESSION_ENDED`, `AGENT_FAILED` or `AGENT_TIMEOUT`. ShutdownState it early aborts nothing. */
  readonly chunks: AsyncIterable<Chunk>;
  /** The whole reply once stored; rejects with what `chunks` throws. */
  readonly reply: Promise<AgentResponse>;
}

export interface Subscription {
  /** The listener is gone; idempotent, and aborts nothing. */
  leave(): void;
}

export interface EndWatch {
  /** Follows no longer; idempotent. */
  leave(): void;
}

/** What a subscriber showed: a session's own token, which is what counts where nothing is said, is held to less. */
export type SubscriberCredential = "key" | "token";

export interface AdminSubscription {
  /** Ends by itself only when the server drains or its reader is hopelessly behind. */
  readonly events: AsyncGenerator<AdminEvent, void>;
  /** Ends `events`, also while someone waits for the next one; idempotent. */
  leave(): void;
}

/** The domain: every verb by its operationId. All throw {@link SessionError}; anything else is a defect. */
export interface SessionService {
  createSession: Verb<"createSession">;
  listSessions: Verb<"listSessions">;
  getSessionsHealth(): Promise<Outputs["getSessionsHealth"]>;
  getSession: Verb<"getSession">;
  endSession: CallerVerb<"endSession">;
  endSessions: CallerVerb<"endSessions">;
  renewSession: Verb<"renewSession">;
  updateSessionTimeout: Verb<"updateSessionTimeout">;
  sessionHeartbeat: Verb<"sessionHeartbeat">;
  /** Transports `websocket` and `http`; the latter waits for the reply. */
  sendSessionMessage: Verb<"sendSessionMessage">;
  /** Transport `sse`. */
  streamSessionMessage(input: Inputs["sendSessionMessage"]): Promise<ReplyStream>;
  getSessionMessages: Verb<"getSessionMessages">;
  getChannelMessages: Verb<"getChannelMessages">;
  eraseChannel: Verb<"eraseChannel">;
  listEndings: Verb<"listEndings">;
  getEnding: Verb<"getEnding">;
  listAgents(input: Inputs["listAgents"]): Outputs["listAgents"];

  /**
   * Enters a listener (contract §4); it hears `session.started` before this resolves. Rejects with 400, 404, 410, and
   * with 429 where the session, or its token, has too many subscribers here.
   */
  sessionEvents(
    input: Inputs["sessionEvents"],
    writer: SubscriberSink,
    credential?: SubscriberCredential,
  ): Promise<Subscription>;
  /** Calls `ended` once the session is over, wherever it was ended. Rejects with 404 or 410 where it is already. */
  watchEnd(input: Inputs["getSession"], ended: () => void): Promise<EndWatch>;
  adminEvents(): AdminSubscription;

  /** What this process holds now. */
  held(): { readonly sessions: number; readonly listeners: number; readonly operations: number };
  agent(agentId: string): Agent | undefined;
  /** Whether store and bus answer. */
  readiness(): Promise<{ readonly store: "ok" | "down"; readonly bus: "ok" | "down" }>;
  /** Refuses new work, lets replies under way finish for at most `graceMs`, drops listeners. */
  drain(graceMs: number): Promise<void>;
  close(): Promise<void>;
}

import type { Message } from "../model/message.js";
import type { FinishReason, ReplyOrder, Usage } from "../model/reply.js";
import type { TimeoutConfigInput } from "../model/timeout-policy.js";

export interface AgentTurn {
  readonly sessionId: string;
  readonly channelId: string;
  readonly userId: string;
  /** The user's message as stored. */
  readonly message: Message;
  /**
   * The conversation before it, oldest first; at most the agent's `historyLimit`. An agent with one reply at a time also
   * receives the replies to the earlier messages that were stored after this message.
   */
  readonly history: readonly Message[];
  /** Fires when the session ends, the reply is cancelled or it times out. Nothing reads the reply after that. */
  readonly signal: AbortSignal;
}

/** How a reply ended, as far as the agent knows. An agent may give it in parts. */
export interface ReplyEnd {
  /** `stop` if the agent gives none. */
  readonly finishReason?: Exclude<FinishReason, "cancelled"> | undefined;
  readonly usage?: Usage | undefined;
}

export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly timeoutConfig?: TimeoutConfigInput | undefined;
  /** Longest duration of a whole reply, in seconds. */
  readonly replyTimeoutSeconds: number;
  /** Number of earlier messages that a turn needs; 0 saves the read. */
  readonly historyLimit: number;
  /** `parallel` if missing. */
  readonly replyOrder?: ReplyOrder | undefined;
  /** The reply's pieces in order, and how it ended. Throws when the agent fails. */
  reply(turn: AgentTurn): AsyncIterable<string | ReplyEnd>;
}

export interface AgentDirectory {
  get(agentId: string): Agent | undefined;
  list(): readonly Agent[];
}

import type { Message } from "../model/message.js";
import type { TimeoutConfigInput } from "../model/timeout-policy.js";

export interface AgentTurn {
  readonly sessionId: string;
  readonly channelId: string;
  readonly userId: string;
  /** The user's message as stored. */
  readonly message: Message;
  /** The messages before it in the channel, oldest first; at most the agent's `historyLimit`. */
  readonly history: readonly Message[];
  /** Fires when the session ends or the reply times out. Nothing reads the reply after that. */
  readonly signal: AbortSignal;
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
  /** The reply's pieces in order. Throws when the agent fails. */
  reply(turn: AgentTurn): AsyncIterable<string>;
}

export interface AgentDirectory {
  get(agentId: string): Agent | undefined;
  list(): readonly Agent[];
}

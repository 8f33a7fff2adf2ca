import type { ReplyOrder, TimeoutConfigInput } from "@adjourn/sessions";

/** Options of every kind of agent. An omitted option has the default of the kind. */
export interface AgentOptions {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly timeoutConfig?: TimeoutConfigInput | undefined;
  readonly replyTimeoutSeconds?: number | undefined;
}

/** Options of an agent without a built-in id and name. */
export interface NamedAgentOptions extends AgentOptions {
  readonly id: string;
  readonly name: string;
  /** Number of earlier messages that it receives. */
  readonly historyLimit?: number | undefined;
  /** Whether a reply waits for those to the session's earlier messages. */
  readonly replies?: ReplyOrder | undefined;
}

export const defaultReplyTimeoutSeconds = 120;

export const defaultHistoryLimit = 50;

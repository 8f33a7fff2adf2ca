import type { TimeoutConfigInput } from "@adjourn/sessions";

/** What every kind of agent can be given; what is left out is the kind's own default. */
export interface AgentOptions {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly timeoutConfig?: TimeoutConfigInput | undefined;
  readonly replyTimeoutSeconds?: number | undefined;
}

/** The same for an agent that has no built-in identity. */
export interface NamedAgentOptions extends AgentOptions {
  readonly id: string;
  readonly name: string;
  /** Earlier messages that it is shown. */
  readonly historyLimit?: number | undefined;
}

export const defaultReplyTimeoutSeconds = 120;

export const defaultHistoryLimit = 50;

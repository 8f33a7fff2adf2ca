import type { Agent } from "@adjourn/sessions";
import type { AgentOptions } from "./agent-options.js";
import { defaultReplyTimeoutSeconds } from "./agent-options.js";

export const echoId = "00000000-0000-4000-8000-000000000001";

/** An agent that repeats the message in one piece. */
export const createEchoAgent = (options: AgentOptions = {}): Agent => ({
  id: options.id ?? echoId,
  name: options.name ?? "Echo",
  kind: "echo",
  timeoutConfig: options.timeoutConfig,
  replyTimeoutSeconds: options.replyTimeoutSeconds ?? defaultReplyTimeoutSeconds,
  historyLimit: 0,
  async *reply({ message, signal }) {
    signal.throwIfAborted();
    yield message.content;
  },
});

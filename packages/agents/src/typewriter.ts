import type { Agent, Clock, JsonObject } from "@adjourn/sessions";
import { type AgentOptions, defaultReplyTimeoutSeconds } from "./agent-options.js";
import { pause } from "./pause.js";

export const typewriterId = "00000000-0000-4000-8000-000000000002";

/**
 * An agent that repeats the message word by word, to show and test the end of a session in mid-reply. It waits
 * `metadata.delayMs` before each word; a missing or invalid delay counts as 0.
 */
export const createTypewriterAgent = ({ clock, ...options }: AgentOptions & { clock: Clock }): Agent => ({
  id: options.id ?? typewriterId,
  name: options.name ?? "Typewriter",
  kind: "typewriter",
  timeoutConfig: options.timeoutConfig,
  replyTimeoutSeconds: options.replyTimeoutSeconds ?? defaultReplyTimeoutSeconds,
  historyLimit: 0,
  async *reply({ message, signal }) {
    const delayMs = readDelayMs(message.metadata);
    for (const word of splitWords(message.content)) {
      if (delayMs > 0) await pause(clock, delayMs, signal);
      signal.throwIfAborted();
      yield word;
    }
  },
});

const readDelayMs = ({ delayMs }: JsonObject): number =>
  typeof delayMs === "number" && delayMs >= 0 && Number.isFinite(delayMs) ? delayMs : 0;

/** The words, each with the white space before it, the last also with the white space after it. Joined, they are the text. */
export const splitWords = (text: string): readonly string[] =>
  text.match(/\s*\S+(?:\s+$)?/gu) ?? (text === "" ? [] : [text]);

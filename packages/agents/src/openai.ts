import type { Agent, AgentTurn } from "@adjourn/sessions";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { type ModelMessage, streamText } from "ai";
import { defaultHistoryLimit, defaultReplyTimeoutSeconds, type NamedAgentOptions } from "./agent-options.js";
import { watchForDone } from "./done-mark.js";
import { describeModelFailure } from "./openai-failure.js";

export interface OpenAiOptions extends NamedAgentOptions {
  /** Up to and without `/chat/completions`, such as `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey?: string | undefined;
  readonly systemPrompt?: string | undefined;
}

/** Pieces can't be taken back, so a call is tried again only where no answer had begun. */
const maxRetries = 1;

/**
 * Any OpenAI-compatible chat endpoint, streamed. The reply throws an `Error` without secrets or content in it where
 * the endpoint refuses, breaks off, or has nothing to say; leaving it, or its signal, closes the connection.
 */
export const createOpenAi = (options: OpenAiOptions): Agent => {
  const { host } = new URL(options.baseUrl);
  const modelFor = (onDone: () => void) =>
    createOpenAICompatible({
      name: "model",
      baseURL: options.baseUrl,
      apiKey: options.apiKey,
      // A redirect would take the conversation to a server that nobody named.
      fetch: async (input, init) => watchForDone(await fetch(input, { ...init, redirect: "manual" }), onDone),
    }).chatModel(options.model);

  return {
    id: options.id,
    name: options.name,
    kind: "openai",
    timeoutConfig: options.timeoutConfig,
    replyTimeoutSeconds: options.replyTimeoutSeconds ?? defaultReplyTimeoutSeconds,
    historyLimit: options.historyLimit ?? defaultHistoryLimit,
    async *reply(turn) {
      turn.signal.throwIfAborted();
      const left = new AbortController();
      let isFinished = false;
      const { fullStream } = streamText({
        model: modelFor(() => {
          isFinished = true;
        }),
        system: options.systemPrompt,
        messages: toModelMessages(turn),
        abortSignal: AbortSignal.any([turn.signal, left.signal]),
        maxRetries,
        // Errors arrive as parts of the stream; by default they are printed as well.
        onError: () => {},
      });
      let isEmpty = true;
      try {
        for await (const part of fullStream) {
          turn.signal.throwIfAborted();
          if (part.type === "error") throw part.error;
          if (part.type === "finish") isFinished ||= part.rawFinishReason !== undefined;
          if (part.type !== "text-delta" || part.text === "") continue;
          isEmpty = false;
          yield part.text;
        }
      } catch (error) {
        turn.signal.throwIfAborted();
        throw new Error(describeModelFailure(error, host));
      } finally {
        left.abort();
      }
      turn.signal.throwIfAborted();
      if (isEmpty) throw new Error(`The model at ${host} gave an empty reply`);
      if (!isFinished) throw new Error(`The model at ${host} broke off its reply`);
    },
  };
};

const toModelMessages = ({ history, message }: AgentTurn): ModelMessage[] =>
  [...history, message].map(({ isAgent, content }) => ({ role: isAgent ? "assistant" : "user", content }));

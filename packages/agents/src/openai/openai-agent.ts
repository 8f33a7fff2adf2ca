import type { Agent, AgentTurn, Clock, Log, ReplyEnd, Usage } from "@adjourn/sessions";
import { defaultHistoryLimit, defaultReplyTimeoutSeconds, type NamedAgentOptions } from "../agent-options.js";
import { toChatMessages } from "./chat-messages.js";
import { toFinishReason } from "./finish-reason.js";
import { describeModelFailure, ModelFailure } from "./model-failure.js";
import { readModelAnswer } from "./read-answer.js";
import type { ModelPart } from "./read-completion.js";
import { type ModelEndpoint, requestCompletion } from "./request-completion.js";
import { createThinkBlockFilter } from "./think-block.js";

export interface OpenAiOptions extends NamedAgentOptions, ModelEndpoint {
  readonly systemPrompt?: string | undefined;
  /** Whether a leading `<think>` block stays in the reply and in the history that the model receives. */
  readonly keepThinking?: boolean | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * An agent on any OpenAI-compatible chat endpoint. Its replies are streamed. If the endpoint refuses, breaks off or
 * sends an empty reply, the reply throws an `Error` without secrets or content. The connection closes when the signal
 * fires or the reader stops.
 */
export const createOpenAiAgent = (options: OpenAiOptions): Agent => {
  const { host } = new URL(options.baseUrl);
  return {
    id: options.id,
    name: options.name,
    kind: "openai",
    timeoutConfig: options.timeoutConfig,
    replyTimeoutSeconds: options.replyTimeoutSeconds ?? defaultReplyTimeoutSeconds,
    historyLimit: options.historyLimit ?? defaultHistoryLimit,
    replyOrder: options.replies ?? "one at a time",
    async *reply(turn) {
      turn.signal.throwIfAborted();
      const stopped = new AbortController();
      const signal = AbortSignal.any([turn.signal, stopped.signal]);
      try {
        for await (const piece of readReply(readAnswerThatFits(options, turn, signal), options)) {
          turn.signal.throwIfAborted();
          yield piece;
        }
      } catch (error) {
        turn.signal.throwIfAborted();
        throw new Error(describeModelFailure(error, host));
      } finally {
        stopped.abort();
      }
      turn.signal.throwIfAborted();
    },
  };
};

/**
 * The parts of the model's answer. If the conversation exceeds the context window, the request is repeated without the
 * older half of the history, down to the message alone. A history has at most 100 messages, so there are at most seven
 * repetitions.
 */
const readAnswerThatFits = async function* (
  options: OpenAiOptions,
  turn: AgentTurn,
  signal: AbortSignal,
): AsyncGenerator<ModelPart> {
  const { systemPrompt, keepThinking = false, clock, log } = options;
  let { history } = turn;
  for (;;) {
    let hasBegun = false;
    try {
      const messages = toChatMessages({ systemPrompt, history, message: turn.message, keepThinking });
      const response = await requestCompletion(options, messages, { clock, signal });
      for await (const part of readModelAnswer(response, clock)) {
        hasBegun ||= part.type === "text";
        yield part;
      }
      return;
    } catch (error) {
      const isTooLong = error instanceof ModelFailure && error.isContextTooLong;
      if (signal.aborted || hasBegun || !isTooLong || history.length === 0) throw error;
      history = history.slice(Math.ceil(history.length / 2));
      log.warn("The conversation is too long for the model, older messages are left out", {
        agentId: options.id,
        sessionId: turn.sessionId,
        messagesLeft: history.length,
      });
    }
  }
};

/** The texts of the reply, and how it ended. @throws ModelFailure if the reply is empty */
const readReply = async function* (
  parts: AsyncIterable<ModelPart>,
  { keepThinking = false }: OpenAiOptions,
): AsyncGenerator<string | ReplyEnd> {
  const filter = keepThinking ? null : createThinkBlockFilter();
  const seen = new Set<ModelPart["type"]>();
  let isEmpty = true;
  let finishReason: string | undefined;
  let usage: Usage | undefined;
  for await (const part of parts) {
    seen.add(part.type);
    if (part.type === "finish") finishReason = part.reason;
    // Servers that report it with every chunk count from the beginning.
    if (part.type === "usage") usage = { inputTokens: part.inputTokens, outputTokens: part.outputTokens };
    if (part.type !== "text") continue;
    const text = filter ? filter.feed(part.text) : part.text;
    if (text === "") continue;
    isEmpty = false;
    yield text;
  }
  const rest = filter?.end() ?? "";
  if (rest !== "") yield rest;
  else if (isEmpty) throw emptyReply(seen, finishReason);
  yield { finishReason: toFinishReason(finishReason), usage };
};

const emptyReply = (seen: ReadonlySet<ModelPart["type"]>, finishReason: string | undefined): ModelFailure => {
  if (seen.has("tool-call")) return new ModelFailure("asked for a tool, and agents here have none");
  const isPlain =
    finishReason === undefined || finishReason === "stop" || !/^[A-Za-z_]{1,48}$/.test(finishReason);
  const reason = isPlain ? "" : ` (${finishReason})`;
  return seen.has("thinking") || seen.has("text")
    ? new ModelFailure(`gave its thoughts and no reply${reason}`)
    : new ModelFailure(`gave an empty reply${reason}`);
};

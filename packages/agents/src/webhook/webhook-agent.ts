import { type Agent, type AgentTurn, type Clock, toIso, toMessageInfo } from "@adjourn/sessions";
import { defaultHistoryLimit, defaultReplyTimeoutSeconds, type NamedAgentOptions } from "../agent-options.js";
import { describeConnectionFailure, wasReset } from "../http/connection-failure.js";
import { readWebhookReply, UnusableAnswerError } from "./read-reply.js";
import { signWebhook } from "./sign-webhook.js";

export interface WebhookOptions extends NamedAgentOptions {
  readonly url: string;
  readonly key: Buffer;
  readonly clock: Clock;
}

/**
 * An agent that POSTs the message to a URL, signed by the Standard Webhooks specification, and reads the reply from the
 * answer, complete or streamed. A request that arrived may have had an effect, so it is repeated only if the connection
 * was reset before an answer began, and only once. If the webhook fails, the reply throws an `Error` without secrets or
 * content. The connection closes when the signal fires or the reader stops.
 */
export const createWebhookAgent = (options: WebhookOptions): Agent => {
  const { host } = new URL(options.url);
  return {
    id: options.id,
    name: options.name,
    kind: "webhook",
    timeoutConfig: options.timeoutConfig,
    replyTimeoutSeconds: options.replyTimeoutSeconds ?? defaultReplyTimeoutSeconds,
    historyLimit: options.historyLimit ?? defaultHistoryLimit,
    replyOrder: options.replies,
    async *reply(turn) {
      turn.signal.throwIfAborted();
      const stopped = new AbortController();
      const signal = AbortSignal.any([turn.signal, stopped.signal]);
      let isEmpty = true;
      try {
        const response = await post(options, turn, signal);
        if (!response.ok) throw new UnusableAnswerError(`answered ${response.status}`);
        for await (const piece of readWebhookReply(response)) {
          turn.signal.throwIfAborted();
          // No store accepts NUL, so a reply of nothing else is empty.
          const text = piece.replaceAll("\0", "");
          if (text === "") continue;
          isEmpty = false;
          yield text;
        }
      } catch (error) {
        turn.signal.throwIfAborted();
        throw new Error(`The webhook at ${host} ${describeFailure(error)}`);
      } finally {
        stopped.abort();
      }
      turn.signal.throwIfAborted();
      if (isEmpty) throw new Error(`The webhook at ${host} gave an empty reply`);
    },
  };
};

const post = async (
  { id: agentId, url, key, clock }: WebhookOptions,
  turn: AgentTurn,
  signal: AbortSignal,
): Promise<Response> => {
  const now = clock.now();
  const body = JSON.stringify({
    type: "message.created",
    timestamp: toIso(now),
    data: {
      agentId,
      sessionId: turn.sessionId,
      channelId: turn.channelId,
      userId: turn.userId,
      message: toMessageInfo(turn.message),
      history: turn.history.map(toMessageInfo),
    },
  });
  const request: RequestInit = {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream, application/json, text/plain",
      "user-agent": "Adjourn",
      ...signWebhook(key, { id: turn.message.id, now, body }),
    },
    body,
    signal,
    // A redirect would send the conversation to a server that is not configured.
    redirect: "manual",
  };
  // The same request with the same `webhook-id`, so a webhook that received the first one recognises the second.
  return await fetch(url, request).catch((error: unknown) => {
    if (signal.aborted || !wasReset(error)) throw error;
    return fetch(url, request);
  });
};

const describeFailure = (error: unknown): string =>
  error instanceof UnusableAnswerError ? error.message : describeConnectionFailure(error);

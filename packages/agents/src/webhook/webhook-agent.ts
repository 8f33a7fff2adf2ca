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
 * POSTs the message to a URL, signed as Standard Webhooks has it, and reads the reply from the answer, whole or as a
 * stream. What has reached a webhook may have had an effect, so it is sent again only where the connection was reset before
 * an answer began, and once. The reply throws an `Error` without secrets or content in it where the webhook fails;
 * leaving it, or its signal, closes the connection.
 */
export const createWebhook = (options: WebhookOptions): Agent => {
  const { host } = new URL(options.url);
  return {
    id: options.id,
    name: options.name,
    kind: "webhook",
    timeoutConfig: options.timeoutConfig,
    replyTimeoutSeconds: options.replyTimeoutSeconds ?? defaultReplyTimeoutSeconds,
    historyLimit: options.historyLimit ?? defaultHistoryLimit,
    async *reply(turn) {
      turn.signal.throwIfAborted();
      const left = new AbortController();
      const signal = AbortSignal.any([turn.signal, left.signal]);
      let isEmpty = true;
      try {
        const response = await post(options, turn, signal);
        if (!response.ok) throw new UnusableAnswerError(`answered ${response.status}`);
        for await (const piece of readWebhookReply(response)) {
          turn.signal.throwIfAborted();
          // No store keeps a NUL, so a reply of nothing else is an empty one.
          const text = piece.replaceAll("\0", "");
          if (text === "") continue;
          isEmpty = false;
          yield text;
        }
      } catch (error) {
        turn.signal.throwIfAborted();
        throw new Error(`The webhook at ${host} ${describeFailure(error)}`);
      } finally {
        left.abort();
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
    // A redirect would take the conversation to a server that nobody named.
    redirect: "manual",
  };
  // The same request, `webhook-id` included, by which a webhook that did get the first one knows the second.
  return await fetch(url, request).catch((error: unknown) => {
    if (signal.aborted || !wasReset(error)) throw error;
    return fetch(url, request);
  });
};

const describeFailure = (error: unknown): string =>
  error instanceof UnusableAnswerError ? error.message : describeConnectionFailure(error);

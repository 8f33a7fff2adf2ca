import { type Agent, type AgentTurn, type Clock, toIso, toMessageInfo } from "@adjourn/sessions";
import { defaultHistoryLimit, defaultReplyTimeoutSeconds, type NamedAgentOptions } from "./agent-options.js";
import { readWebhookReply, UnusableAnswerError } from "./webhook-reply.js";
import { signWebhook } from "./webhook-signature.js";

export interface WebhookOptions extends NamedAgentOptions {
  readonly url: string;
  readonly key: Buffer;
  readonly clock: Clock;
}

/**
 * POSTs the message to a URL, signed as Standard Webhooks has it, and reads the reply from the answer, whole or as a
 * stream. It is sent once: what has reached a webhook may have had an effect. The reply throws an `Error` without
 * secrets or content in it where the webhook fails; leaving it, or its signal, closes the connection.
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
          if (piece === "") continue;
          isEmpty = false;
          yield piece;
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

const post = ({ id: agentId, url, key, clock }: WebhookOptions, turn: AgentTurn, signal: AbortSignal) => {
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
  return fetch(url, {
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
  });
};

const describeFailure = (error: unknown): string => {
  if (error instanceof UnusableAnswerError) return error.message;
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const hasCode = typeof cause === "object" && cause !== null && "code" in cause;
  const code = hasCode && typeof cause.code === "string" ? ` (${cause.code})` : "";
  return error instanceof Error && error.message === "fetch failed"
    ? `could not be reached${code}`
    : `broke off its reply${code}`;
};

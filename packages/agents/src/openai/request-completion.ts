import type { Clock, JsonObject } from "@adjourn/sessions";
import { wasReset } from "../http/connection-failure.js";
import { readBodyText } from "../http/read-body-text.js";
import { pause } from "../pause.js";
import type { ChatMessage } from "./chat-messages.js";
import { ModelFailure } from "./model-failure.js";
import { readErrorBody } from "./read-model-error.js";

export interface ModelEndpoint {
  /** The part before `/chat/completions`, such as `https://api.openai.com/v1`; its query is kept. */
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly parameters?: JsonObject | undefined;
}

/** Statuses after which one retry is worthwhile. A 429 is not retried, because that would count against the limit. */
const retryableStatuses: readonly number[] = [408, 500, 502, 503, 504, 529];

const defaultRetryDelayMs = 1_000;
const maxRetryDelayMs = 10_000;

const maxErrorBodyBytes = 65_536;
const errorBodyTimeoutMs = 5_000;

/** The endpoints that have refused `stream_options` since this process began. */
const refusesStreamOptions = new WeakSet<ModelEndpoint>();

/**
 * Requests a reply to the messages and resolves before the body is read. A server that refuses `stream_options` is asked
 * again without them, and not asked for them any more. A busy server, and a connection that is reset
 * before an answer begins, are retried once. Later there is no retry, because delivered pieces can't be revoked.
 * @throws ModelFailure if the status of the answer is not a success
 */
export const requestCompletion = async (
  endpoint: ModelEndpoint,
  messages: readonly ChatMessage[],
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Response> => {
  const send = () => sendRequest(endpoint, messages, signal);
  const first = await send().catch((error: unknown) => {
    if (signal.aborted || !wasReset(error)) throw error;
    return null;
  });
  if (first?.ok) return first;
  if (!first) return await acceptAnswer(await send(), clock);
  const failure = await readFailure(first, clock);
  if (failure.isStreamOptionRefused) {
    refusesStreamOptions.add(endpoint);
    return await acceptAnswer(await send(), clock);
  }
  const retryDelayMs = readRetryAfter(first.headers, clock) ?? defaultRetryDelayMs;
  if (!retryableStatuses.includes(first.status) || failure.isContextTooLong || retryDelayMs > maxRetryDelayMs)
    throw failure;
  await pause(clock, retryDelayMs, signal);
  return await acceptAnswer(await send(), clock);
};

const acceptAnswer = async (response: Response, clock: Clock): Promise<Response> => {
  if (response.ok) return response;
  throw await readFailure(response, clock);
};

const sendRequest = (
  endpoint: ModelEndpoint,
  messages: readonly ChatMessage[],
  signal: AbortSignal,
): Promise<Response> => {
  const { baseUrl, model, apiKey, headers, parameters } = endpoint;
  const url = new URL(baseUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/chat/completions`;
  return fetch(url, {
    method: "POST",
    headers: {
      accept: "text/event-stream, application/json",
      "user-agent": "Adjourn",
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      ...headers,
      "content-type": "application/json",
    },
    body: JSON.stringify({
      // OpenAI and others report the usage of a stream only on request.
      ...(refusesStreamOptions.has(endpoint) ? {} : { stream_options: { include_usage: true } }),
      ...parameters,
      model,
      messages,
      stream: true,
    }),
    signal,
    // A redirect would send the conversation and the key to a server that is not configured.
    redirect: "manual",
  });
};

const readFailure = async (response: Response, clock: Clock): Promise<ModelFailure> => {
  const { status } = response;
  const error = readErrorBody(await readBody(response, clock));
  const waitMs = status === 429 ? readRetryAfter(response.headers, clock) : undefined;
  const wait = waitMs === undefined ? "" : `, to be asked again in ${Math.ceil(waitMs / 1_000)} s`;
  return new ModelFailure(`answered ${status}${wait}`, error, status);
};

/** The part of an error body that arrives in time; it may be endless. */
const readBody = async ({ body }: Response, clock: Clock): Promise<string> => {
  if (!body) return "";
  const reader = body.getReader();
  const cancelReader = (): void => {
    reader.cancel().catch(() => {});
  };
  const timer = clock.setTimeout(cancelReader, errorBodyTimeoutMs);
  let text = "";
  try {
    for await (const piece of readBodyText(reader, maxErrorBodyBytes, () => new Error())) text += piece;
  } catch {
    // Too long or cut off. The status is enough.
  } finally {
    timer.cancel();
    cancelReader();
  }
  return text;
};

/** In milliseconds; undefined if the server gives no time. */
const readRetryAfter = (headers: Headers, clock: Clock): number | undefined => {
  const inMs = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (inMs >= 0) return inMs;
  const given = headers.get("retry-after");
  if (given === null) return undefined;
  const ms = /^\d{1,9}$/.test(given) ? Number(given) * 1_000 : Date.parse(given) - clock.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
};

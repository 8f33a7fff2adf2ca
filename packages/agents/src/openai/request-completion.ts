import type { Clock, JsonObject } from "@adjourn/sessions";
import { wasReset } from "../http/connection-failure.js";
import { readBodyText } from "../http/read-body-text.js";
import { pause } from "../pause.js";
import type { ChatMessage } from "./chat-messages.js";
import { ModelFailure, readRefusal } from "./model-failure.js";

export interface ModelEndpoint {
  /** Up to and without `/chat/completions`, such as `https://api.openai.com/v1`; its query is kept. */
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly parameters?: JsonObject | undefined;
}

/** Statuses of a server that may answer a moment later. Not 429: a limit is not for us to push against. */
const busy: readonly number[] = [408, 500, 502, 503, 504, 529];

const usualPauseMs = 1_000;
const longestPauseMs = 10_000;

const longestRefusalBytes = 65_536;
const longestRefusalMs = 5_000;

/**
 * Asks for a reply to the messages; the body of the answer has not been read yet. A server that is busy, and a connection
 * that is cut before an answer begins, are tried once more: pieces can't be taken back later.
 * @throws ModelFailure for an answer other than 200
 */
export const askModel = async (
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
  const refusal = await readFailure(first, clock);
  const pauseMs = readRetryAfter(first.headers, clock) ?? usualPauseMs;
  if (!busy.includes(first.status) || refusal.isContextTooLong || pauseMs > longestPauseMs) throw refusal;
  await pause(clock, pauseMs, signal);
  return await acceptAnswer(await send(), clock);
};

const acceptAnswer = async (response: Response, clock: Clock): Promise<Response> => {
  if (response.ok) return response;
  throw await readFailure(response, clock);
};

const sendRequest = (
  { baseUrl, model, apiKey, headers, parameters }: ModelEndpoint,
  messages: readonly ChatMessage[],
  signal: AbortSignal,
): Promise<Response> => {
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
    body: JSON.stringify({ ...parameters, model, messages, stream: true }),
    signal,
    // A redirect would take the conversation, and the key, to a server that nobody named.
    redirect: "manual",
  });
};

const readFailure = async (response: Response, clock: Clock): Promise<ModelFailure> => {
  const { status } = response;
  const refusal = readRefusal(await readRefusalBody(response, clock));
  const waitMs = status === 429 ? readRetryAfter(response.headers, clock) : undefined;
  const wait = waitMs === undefined ? "" : `, to be asked again in ${Math.ceil(waitMs / 1_000)} s`;
  return new ModelFailure(`answered ${status}${wait}`, refusal, status);
};

/** What can be had of it in a short time; a server that refuses may never come to the end of its sentence. */
const readRefusalBody = async ({ body }: Response, clock: Clock): Promise<string> => {
  if (!body) return "";
  const reader = body.getReader();
  const leave = (): void => {
    reader.cancel().catch(() => {});
  };
  const timer = clock.setTimeout(leave, longestRefusalMs);
  let text = "";
  try {
    for await (const piece of readBodyText(reader, longestRefusalBytes, () => new Error())) text += piece;
  } catch {
    // Too long, or cut off: the status says enough.
  } finally {
    timer.cancel();
    leave();
  }
  return text;
};

/** Milliseconds; undefined where the server names no time. */
const readRetryAfter = (headers: Headers, clock: Clock): number | undefined => {
  const inMs = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (inMs >= 0) return inMs;
  const given = headers.get("retry-after");
  if (given === null) return undefined;
  const ms = /^\d{1,9}$/.test(given) ? Number(given) * 1_000 : Date.parse(given) - clock.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
};

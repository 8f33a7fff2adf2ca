import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Clock, SendResult, WebhookSender } from "@adjourn/sessions";
import { Webhook } from "standardwebhooks";
import { lookupPublic, RefusedAddressError, requirePublicHost } from "./allowed-address.js";
import { readBeginning } from "./read-beginning.js";
import type { WebhookEndpoint } from "./webhook-endpoint.js";

const longestError = 300;
/** The statuses that name another place for the request. 304 does not. */
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

interface SenderSettings {
  readonly allowPrivate: boolean;
  readonly clock: Pick<Clock, "setTimeout">;
}

type Given = Parameters<WebhookSender["send"]>[0];

/**
 * Sends over a connection of its own each time: a kept one may be closed by the other side while it is used again. Redirects
 * are not followed.
 */
export const createWebhookSender = (
  endpoints: readonly WebhookEndpoint[],
  settings: SenderSettings,
): WebhookSender => {
  const byId = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
  return {
    endpoints: [...byId.keys()],
    send: async (given) => {
      const endpoint = byId.get(given.endpoint);
      if (!endpoint) return failed("The endpoint is not configured", true);
      try {
        return await post(endpoint, given, settings);
      } catch (error) {
        if (given.signal.aborted) return failed("No answer in time");
        return failed(describe(error), error instanceof RefusedAddressError);
      }
    },
  };
};

const failed = (error: string, isRefused = false): SendResult => ({
  status: null,
  error,
  answer: null,
  isRefused,
});

const post = async (
  endpoint: WebhookEndpoint,
  given: Given,
  { allowPrivate, clock }: SenderSettings,
): Promise<SendResult> => {
  const url = new URL(endpoint.url);
  if (!allowPrivate) requirePublicHost(url.hostname);
  const body = Buffer.from(given.body);
  const open = url.protocol === "https:" ? requestHttps : requestHttp;
  const request = open(url, {
    method: "POST",
    agent: false,
    signal: given.signal,
    headers: {
      "content-type": "application/json",
      "content-length": body.length,
      "user-agent": "Adjourn",
      ...signatureOf(endpoint, given),
    },
    ...(allowPrivate ? {} : { lookup: lookupPublic }),
  });
  try {
    const response = await answerTo(request, body);
    const status = response.statusCode ?? 0;
    const answer = await readBeginning(response, clock);
    return {
      status,
      error: redirects.has(status) ? "Redirects are not followed" : null,
      answer,
      isRefused: false,
    };
  } finally {
    request.destroy();
  }
};

const answerTo = (request: ClientRequest, body: Buffer): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request.once("response", resolve);
    // After the answer began, a failure of the connection is no failure of the attempt; the listener stays for it.
    request.on("error", reject);
    request.once("close", () => reject(new Error("The connection was closed before an answer")));
    request.end(body);
  });

/** The headers of Standard Webhooks, with a signature for each secret, so that a receiver can change secrets safely. */
const signatureOf = ({ keys }: WebhookEndpoint, { id, body, sentAt }: Given) => {
  const at = new Date(sentAt);
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(sentAt / 1_000)),
    "webhook-signature": keys.map((key) => new Webhook(key, { format: "raw" }).sign(id, at, body)).join(" "),
  };
};

const describe = (error: unknown): string => {
  if (!(error instanceof Error)) return "The request failed";
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const text = error.message === "" ? code : error.message;
  return text.replaceAll("\0", "").slice(0, longestError).toWellFormed().trim() || "The request failed";
};

import type { IncomingMessage, ServerResponse } from "node:http";
import type { OriginGuard } from "./origin-guard.js";

const requestHeaders =
  "Authorization, Content-Type, X-API-KEY, Idempotency-Key, Last-Event-ID, Cache-Control, trpc-accept";

/** Lets pages of allowed origins read what is answered, refusals included. */
export const setCorsHeaders = (
  guard: OriginGuard,
  request: IncomingMessage,
  response: ServerResponse,
): void => {
  response.setHeader("Vary", "Origin");
  const origin = guard.allowedOrigin(request);
  if (origin === null) return;
  response.setHeader("Access-Control-Allow-Origin", origin);
  response.setHeader("Access-Control-Expose-Headers", "X-Request-Id, Retry-After");
};

export const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === "OPTIONS" &&
  headers.origin !== undefined &&
  headers["access-control-request-method"] !== undefined;

/** The caller has checked `Host` and `Origin`. */
export const answerPreflight = (response: ServerResponse): void => {
  response.writeHead(204, {
    "Access-Control-Allow-Methods": "GET, POST, PATCH, DELETE",
    "Access-Control-Allow-Headers": requestHeaders,
    "Access-Control-Max-Age": "600",
  });
  response.end();
};

import type { IncomingMessage, ServerResponse } from "node:http";
import type { OriginGuard } from "../admission/origin-guard.js";

const usualHeaders =
  "Authorization, Content-Type, X-API-KEY, Idempotency-Key, Last-Event-ID, Cache-Control, trpc-accept";
/** Names of header fields, comma-separated; longer lists than any browser's page sends are not repeated. */
const headerList = /^[\w!#$%&'*+.^`|~-]+([ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*$/;
const longestHeaderList = 1_024;

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

/**
 * The caller has checked `Host` and `Origin`. A page that may call at all may send the headers it asks for: tracing and
 * monitoring libraries add their own to every call of a page.
 */
export const answerPreflight = ({ headers }: IncomingMessage, response: ServerResponse): void => {
  const asked = headers["access-control-request-headers"] ?? "";
  const isFit = asked.length <= longestHeaderList && headerList.test(asked);
  response.writeHead(204, {
    "Access-Control-Allow-Methods": "GET, POST, PATCH, DELETE",
    "Access-Control-Allow-Headers": isFit ? asked : usualHeaders,
    "Access-Control-Max-Age": "600",
    Vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
  });
  response.end();
};

import type { IncomingMessage, ServerResponse } from "node:http";
import type { OriginGuard } from "../admission/origin-guard.js";

const usualHeaders =
  "Authorization, Content-Type, X-API-KEY, Idempotency-Key, Last-Event-ID, Cache-Control, trpc-accept";
/** Comma-separated header names. Lists longer than any browser sends are not echoed. */
const headerList = /^[\w!#$%&'*+.^`|~-]+([ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*$/;
const longestHeaderList = 1_024;

/** Allows pages of allowed origins to read answers, including errors. */
export const setCorsHeaders = (
  originGuard: OriginGuard,
  request: IncomingMessage,
  response: ServerResponse,
): void => {
  const origin = originGuard.allowedOrigin(request);
  if (origin === null) return;
  response.setHeader("Access-Control-Allow-Origin", origin);
  response.setHeader("Access-Control-Expose-Headers", "X-Request-Id, Retry-After");
};

export const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === "OPTIONS" &&
  headers.origin !== undefined &&
  headers["access-control-request-method"] !== undefined;

/**
 * Answers a preflight after `Host` and `Origin` were checked. An allowed page may send any header that it asks for, since
 * tracing and monitoring libraries add their own to every call.
 */
export const answerPreflight = ({ headers }: IncomingMessage, response: ServerResponse): void => {
  const asked = headers["access-control-request-headers"] ?? "";
  const isFit = asked.length <= longestHeaderList && headerList.test(asked);
  response.writeHead(204, {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": isFit ? asked : usualHeaders,
    "Access-Control-Max-Age": "600",
    Vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
  });
  response.end();
};

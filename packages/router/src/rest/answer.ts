import type { ServerResponse } from "node:http";
import type { Refusal } from "../errors/refusal.js";

/** Writes a complete JSON answer. Does nothing if the peer is gone. */
export const answerJson = (response: ServerResponse, status: number, body: unknown): void => {
  const json = JSON.stringify(body);
  response.writeHead(status, [
    "Content-Type",
    "application/json; charset=utf-8",
    "Content-Length",
    Buffer.byteLength(json),
    "Cache-Control",
    "no-store",
  ]);
  response.end(json);
};

/** Sends a refusal with a body in the format of the dialect. An answer that has begun is cut off instead. */
export const answerRefusal = (response: ServerResponse, refusal: Refusal, body: object): void => {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (refusal.retryAfterSeconds !== null) response.setHeader("Retry-After", refusal.retryAfterSeconds);
  const { allow } = refusal.details;
  if (refusal.code === "METHOD_NOT_ALLOWED" && Array.isArray(allow))
    response.setHeader("Allow", allow.join(", "));
  if (refusal.code === "UNAUTHORIZED") response.setHeader("WWW-Authenticate", 'Bearer realm="adjourn"');
  answerJson(response, refusal.status, body);
};

import type { ServerResponse } from "node:http";
import type { Refusal } from "../errors/refusal.js";
import { writeCompressible } from "./compress-json.js";

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

/** Like {@link answerJson}, compressed if the answer is large and the caller accepts it. */
export const answerCompressible = (response: ServerResponse, status: number, body: unknown): Promise<void> =>
  writeCompressible(response, status, JSON.stringify(body), [
    "Content-Type",
    "application/json; charset=utf-8",
    "Cache-Control",
    "no-store",
    "Vary",
    "Origin, Accept-Encoding",
  ]);

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

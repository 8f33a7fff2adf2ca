import type { ServerResponse } from "node:http";
import type { Refusal } from "@adjourn/router";

export const answerJson = (response: ServerResponse, status: number, body: unknown): void =>
  answer(response, status, "application/json; charset=utf-8", JSON.stringify(body));

export const answer = (response: ServerResponse, status: number, contentType: string, text: string): void => {
  response.writeHead(status, { "Content-Type": contentType, "Content-Length": Buffer.byteLength(text) });
  response.end(text);
};

export const answerRefusal = (response: ServerResponse, refusal: Refusal, body: unknown): void => {
  if (refusal.retryAfterSeconds !== null) response.setHeader("Retry-After", refusal.retryAfterSeconds);
  if (refusal.code === "UNAUTHORIZED") response.setHeader("WWW-Authenticate", 'Bearer realm="adjourn"');
  answerJson(response, refusal.status, body);
};

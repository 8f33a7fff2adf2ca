import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Refusal } from "@adjourn/router";

/** Longest time for a peer to read the refusal, in ms. */
const lingerMs = 1_000;

/** Writes a refusal to a connection without a response object and closes it. */
export const refuseConnection = (
  connection: Duplex,
  { status, retryAfterSeconds }: Pick<Refusal, "status" | "retryAfterSeconds">,
  body: unknown,
  requestId: string,
): void => {
  if (connection.destroyed || !connection.writable) {
    connection.destroy();
    return;
  }
  const text = JSON.stringify(body);
  const lines = {
    "X-Request-Id": requestId,
    Connection: "close",
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": String(Buffer.byteLength(text)),
    // Only an upgrade can be refused for its method here.
    ...(status === 405 ? { Allow: "GET" } : {}),
    ...(retryAfterSeconds === null ? {} : { "Retry-After": String(retryAfterSeconds) }),
  };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  connection.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${head.join("")}\r\n${text}`);
  setTimeout(() => connection.destroy(), lingerMs).unref();
};

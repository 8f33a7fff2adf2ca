import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Refusal } from "@adjourn/router";

/** How long a peer may take to read why it was refused. */
const lingerMs = 1_000;

/** Answers an upgrade with a status: no socket opens. */
export const refuseUpgrade = (
  connection: Duplex,
  { status, retryAfterSeconds }: Refusal,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): void => {
  if (connection.destroyed) return;
  const text = JSON.stringify(body);
  const lines = {
    ...headers,
    Connection: "close",
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": String(Buffer.byteLength(text)),
    ...(retryAfterSeconds === null ? {} : { "Retry-After": String(retryAfterSeconds) }),
  };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  connection.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${head.join("")}\r\n${text}`);
  setTimeout(() => connection.destroy(), lingerMs).unref();
};

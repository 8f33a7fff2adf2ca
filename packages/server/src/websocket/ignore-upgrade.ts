import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";

/** Some HTTP/2 clients offer an upgrade with every request and continue with HTTP/1.1 if it is ignored. */
export const asksForWebSocket = ({ headers }: IncomingMessage): boolean =>
  (headers.upgrade ?? "")
    .toLowerCase()
    .split(/\s*,\s*/)
    .includes("websocket");

const offers = new Set(["upgrade", "http2-settings", "connection"]);

/** Passes a request to the server as if it had offered no upgrade. Node has no other way to decline an upgrade. */
export const ignoreUpgrade = (
  server: Server,
  request: IncomingMessage,
  connection: Duplex,
  head: Buffer,
): void => {
  if (connection.destroyed) return;
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (!offers.has(name.toLowerCase())) lines.push(`${name}: ${rawHeaders[at + 1]}`);
  }
  if (/\bclose\b/i.test(request.headers.connection ?? "")) lines.push("Connection: close");
  connection.unshift(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), head]));
  server.emit("connection", connection);
};

import type { IncomingMessage } from "node:http";
import { bodyTooLarge } from "./body-limit.js";

/**
 * The body of a request that a parser of the host program has read, such as `express.json()`, as the bytes it may have had.
 * Such a parser leaves what it read in `request.body`. Null if nobody has read the body yet.
 * @throws SessionError `PAYLOAD_TOO_LARGE`; Error if the body was read and left nowhere
 */
export const bodyReadByHost = (request: IncomingMessage, maxBytes: number): Buffer | null => {
  if (!request.readableDidRead) return null;
  const body: unknown = Reflect.get(request, "body");
  if (body === undefined)
    throw new Error("The request's body was read before Adjourn, and nothing is left of it in request.body");
  const bytes = toBytes(body);
  if (bytes.length > maxBytes) throw bodyTooLarge(maxBytes);
  return bytes;
};

const toBytes = (body: unknown): Buffer => {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
};

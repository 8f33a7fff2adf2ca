import type { IncomingMessage } from "node:http";
import { SessionError, validationError } from "@adjourn/sessions";
import { invalidJson } from "../errors/refusal.js";
import { bodyTooLarge, maxBodyBytes } from "../requests/body-limit.js";
import { bodyReadByHost } from "../requests/body-read-by-host.js";

/**
 * Reads a request's JSON body; an empty object if there is none. A body that the route does not use (`isWanted` false) is
 * not parsed, but its size is limited as well.
 * @throws SessionError `PAYLOAD_TOO_LARGE`, `UNSUPPORTED_MEDIA_TYPE`, `INVALID_JSON`, `VALIDATION_ERROR` unless it is an
 * object
 */
export const readBody = async (
  request: IncomingMessage,
  isWanted: boolean,
  maxBytes = maxBodyBytes,
): Promise<Readonly<Record<string, unknown>>> => {
  if (!hasBody(request)) return {};
  const bytes = await readBytes(request, maxBytes);
  if (!isWanted || bytes.length === 0) return {};
  const refusal = jsonRefusal(request);
  if (refusal) throw refusal;
  const body = parseJson(bytes);
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw validationError({ path: "", message: "the body must be a JSON object" });
  return body as Readonly<Record<string, unknown>>;
};

/** Whether the request's headers announce a body. */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

/**
 * Reads a body as it is.
 * @throws SessionError `PAYLOAD_TOO_LARGE`; {@link CallerLeft}
 */
export const readBytes = async (request: IncomingMessage, maxBytes = maxBodyBytes): Promise<Buffer> => {
  const read = bodyReadByHost(request, maxBytes);
  if (read !== null) return read;
  // A request that has closed already emits no further events.
  if (request.destroyed) throw new CallerLeft();
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > maxBytes) throw skipRest(request, maxBytes);
  // Most bodies have come with their head. Nothing is left to wait for then.
  if (request.complete && announced > 0 && request.readableLength === announced) {
    const bytes: unknown = request.read();
    if (Buffer.isBuffer(bytes)) return bytes;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  // Not `for await`: leaving it early would destroy the socket of the answer.
  return new Promise((resolve, reject) => {
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) reject(skipRest(request, maxBytes));
      else chunks.push(chunk);
    });
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("error", () => reject(new CallerLeft()));
    // Every request closes in the end, and creating an error is expensive.
    request.once("close", () => {
      if (!request.readableEnded) reject(new CallerLeft());
    });
  });
};

/** The connection was lost before the request was complete, so there is no peer to answer. */
export class CallerLeft extends Error {
  override readonly name = "CallerLeft";
}

/** Discards the rest of the body, so that the answer can be sent on the same connection. */
const skipRest = (request: IncomingMessage, maxBytes: number): SessionError => {
  request.removeAllListeners("data");
  request.resume();
  return bodyTooLarge(maxBytes);
};

/** @returns null if the body is declared as JSON in UTF-8, else the error */
export const jsonRefusal = ({ headers }: IncomingMessage): SessionError | null => {
  // What most clients send.
  if (headers["content-type"] === "application/json" && headers["content-encoding"] === undefined)
    return null;
  const [type, ...parameters] = (headers["content-type"] ?? "").toLowerCase().split(";");
  const charset = parameters
    .map((parameter) => /^\s*charset="?([^"\s]*)"?\s*$/.exec(parameter)?.[1])
    .find(Boolean);
  const encoding = headers["content-encoding"] ?? "identity";
  if (type?.trim() === "application/json" && (charset ?? "utf-8") === "utf-8" && encoding === "identity")
    return null;
  return new SessionError("UNSUPPORTED_MEDIA_TYPE", "The content type must be application/json in UTF-8", {
    contentType: headers["content-type"] ?? null,
  });
};

const utf8 = new TextDecoder("utf-8", { fatal: true });

const parseJson = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    throw invalidJson();
  }
};

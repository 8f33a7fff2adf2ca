import type { IncomingMessage } from "node:http";
import { SessionError, validationError } from "@adjourn/sessions";
import { invalidJson } from "../errors/refusal.js";
import { hasBody, jsonRefusal } from "../rest/read-body.js";
import { isWellEncoded } from "../rest/read-input.js";
import { bodyTooLarge, maxBodyBytes } from "./body-limit.js";
import { bodyReadByHost } from "./body-read-by-host.js";
import type { RequestTarget } from "./request-target.js";
import { readConnectionParams } from "./trpc-request.js";

/**
 * Holds a tRPC request to the rules of REST: the body is JSON in UTF-8, the address is well encoded. tRPC would refuse the
 * first before it knows the caller and accept the second with replacement characters. Call it right before tRPC reads; the
 * returned function throws the error that is known by then.
 */
export const watchTrpcRequest = (request: IncomingMessage, target: RequestTarget): (() => void) => {
  let refusal = addressRefusal(target) ?? keyRefusal(request);
  if (request.method !== "GET" && hasBody(request)) {
    refusal ??= headRefusal(request) ?? readRefusal(request);
    whenNotUtf8(request, () => {
      refusal ??= invalidJson();
    });
  }
  // tRPC now reads it as JSON. The returned function reports another media type at the right time.
  request.headers["content-type"] = "application/json";
  return () => {
    if (refusal) throw refusal;
  };
};

/** The parameters that tRPC reads, of which it would take the first. */
const readOnce = ["batch", "input", "connectionParams", "lastEventId", "Last-Event-Id"];

const addressRefusal = (target: RequestTarget): SessionError | null => {
  if (!isWellEncoded(target.query))
    return validationError({ path: "", message: "the query is not well-formed percent-encoding" });
  const repeated = readOnce.find((name) => target.search.getAll(name).length > 1);
  if (repeated !== undefined) return validationError({ path: repeated, message: "is given more than once" });
  if (readConnectionParams(target) !== null) return null;
  return validationError({ path: "connectionParams", message: "must be an object of strings" });
};

/** In a batch, the error could concern any of the calls. */
const keyRefusal = ({ headers }: IncomingMessage): SessionError | null =>
  headers["idempotency-key"] === undefined
    ? null
    : validationError({ path: "idempotencyKey", message: "over tRPC it is a field of the input" });

const headRefusal = (request: IncomingMessage): SessionError | null =>
  Number(request.headers["content-length"] ?? 0) > maxBodyBytes ? bodyTooLarge() : jsonRefusal(request);

const readRefusal = (request: IncomingMessage): SessionError | null => {
  try {
    bodyReadByHost(request, maxBodyBytes);
    return null;
  } catch (error) {
    if (error instanceof SessionError) return error;
    throw error;
  }
};

const whenNotUtf8 = (request: IncomingMessage, onInvalid: () => void): void => {
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  const check = (decode: () => string) => {
    try {
      decode();
    } catch {
      onInvalid();
    }
  };
  request.on("data", (chunk: Buffer) => check(() => utf8.decode(chunk, { stream: true })));
  request.once("end", () => check(() => utf8.decode()));
};

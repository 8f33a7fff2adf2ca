import type { IncomingMessage } from "node:http";
import { type SessionError, validationError } from "@adjourn/sessions";
import { invalidJson } from "../errors/refusal.js";
import { hasBody, jsonRefusal } from "../rest/read-body.js";
import { isWellEncoded } from "../rest/read-input.js";
import { maxBodyBytes, tooLarge } from "./body-limit.js";
import type { RequestTarget } from "./request-target.js";
import { readConnectionParams } from "./trpc-request.js";

/**
 * Holds a request that tRPC is about to read to what REST asks of one: a body that is JSON in UTF-8, an address that is
 * well encoded. tRPC would refuse the first before it knows who asks, and let the others through with replacement
 * characters. Call it right before tRPC reads; the function that comes back throws what is known to be wrong by then.
 */
export const watchTrpcRequest = (request: IncomingMessage, target: RequestTarget): (() => void) => {
  let refusal = addressRefusal(target) ?? keyRefusal(request);
  if (request.method !== "GET" && hasBody(request)) {
    refusal ??= headRefusal(request);
    whenNotUtf8(request, () => {
      refusal ??= invalidJson();
    });
  }
  // From here on tRPC takes it for JSON; whether it is, is judged where it is this request's turn to be.
  request.headers["content-type"] = "application/json";
  return () => {
    if (refusal) throw refusal;
  };
};

const addressRefusal = (target: RequestTarget): SessionError | null => {
  if (!isWellEncoded(target.query))
    return validationError({ path: "", message: "the query is not well-formed percent-encoding" });
  const repeated = ["batch", "input", "connectionParams"].find(
    (name) => target.search.getAll(name).length > 1,
  );
  if (repeated !== undefined) return validationError({ path: repeated, message: "is given more than once" });
  if (readConnectionParams(target) !== null) return null;
  return validationError({ path: "connectionParams", message: "must be an object of strings" });
};

/** Of the calls of a batch it could mean any. */
const keyRefusal = ({ headers }: IncomingMessage): SessionError | null =>
  headers["idempotency-key"] === undefined
    ? null
    : validationError({ path: "idempotencyKey", message: "over tRPC it is a field of the input" });

const headRefusal = (request: IncomingMessage): SessionError | null =>
  Number(request.headers["content-length"] ?? 0) > maxBodyBytes ? tooLarge() : jsonRefusal(request);

const whenNotUtf8 = (request: IncomingMessage, tell: () => void): void => {
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  const look = (decode: () => string) => {
    try {
      decode();
    } catch {
      tell();
    }
  };
  request.on("data", (chunk: Buffer) => look(() => utf8.decode(chunk, { stream: true })));
  request.once("end", () => look(() => utf8.decode()));
};

import type { IncomingMessage } from "node:http";
import { type OperationName, typeOfOperation } from "../call-operation.js";
import { hasBody, jsonRefusal } from "../rest/read-body.js";
import { maxBodyBytes } from "./body-limit.js";
import type { RequestTarget } from "./request-target.js";
import { asksForLines } from "./trpc-request.js";

/**
 * A tRPC request over HTTP that is answered without tRPC's own handler, whose fetch requests and web streams cost more than
 * most calls: queries by `GET` or mutations by `POST`, in plain JSON, all of them known.
 */
export interface DirectRequest {
  readonly names: readonly OperationName[];
  readonly type: "query" | "mutation";
  readonly isBatch: boolean;
  /** The JSON in the address of a query. */
  readonly input: string | undefined;
}

/** @returns null for a request that is left to tRPC's handler, such as a subscription, a stream or anything unusual */
export const readDirectRequest = (
  { path, query }: RequestTarget,
  request: IncomingMessage,
  maxCalls: number,
): DirectRequest | null => {
  const type = typeOfMethod[request.method ?? ""];
  if (type === undefined || !isPlain(request)) return null;
  const parameters = readParameters(query);
  if (parameters === null || parameters.has("connectionParams")) return null;
  const isBatch = parameters.get("batch") === "1";
  const called = path.slice("/trpc/".length);
  const names = isBatch ? called.split(",") : [called];
  if (
    names.length > maxCalls ||
    !names.every((name): name is OperationName => typeOfOperation(name) === type)
  )
    return null;
  return { names, type, isBatch, input: parameters.get("input") };
};

const typeOfMethod: Partial<Record<string, DirectRequest["type"]>> = { GET: "query", POST: "mutation" };

/** Whether a request's headers leave nothing to refuse or to negotiate. */
const isPlain = (request: IncomingMessage): boolean => {
  const { headers } = request;
  if (asksForLines(headers) || headers["idempotency-key"] !== undefined) return false;
  if (!hasBody(request)) return true;
  return (
    request.method === "POST" &&
    headers["transfer-encoding"] === undefined &&
    Number(headers["content-length"]) <= maxBodyBytes &&
    jsonRefusal(request) === null
  );
};

/** @returns null where a name is encoded or repeated, or anything is encoded badly */
const readParameters = (query: string): ReadonlyMap<string, string> | null => {
  const parameters = new Map<string, string>();
  if (query === "") return parameters;
  for (const part of query.split("&")) {
    if (part === "") continue;
    const end = part.indexOf("=");
    const name = end === -1 ? part : part.slice(0, end);
    const value = end === -1 ? "" : decode(part.slice(end + 1));
    if (value === null || /[%+]/.test(name) || parameters.has(name)) return null;
    parameters.set(name, value);
  }
  return parameters;
};

const decode = (encoded: string): string | null => {
  try {
    return decodeURIComponent(encoded.replaceAll("+", " "));
  } catch {
    return null;
  }
};

import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { type Refusal, toRefusal } from "../errors/refusal.js";
import { trpcErrorShape } from "../errors/trpc-error-shape.js";
import { answerRefusal } from "../rest/answer.js";
import { appRouter } from "../router.js";
import type { RequestTarget } from "./request-target.js";

/** The parts of a tRPC request over HTTP that its target and method determine. */
export interface TrpcRequest {
  /** The named procedures; some may not exist. */
  readonly names: readonly string[];
  readonly isBatch: boolean;
  /** Whether it would call any procedure. Path and method are checked before the caller. */
  readonly isKnown: boolean;
  /** The methods of the named procedures that exist, for `Allow`. */
  readonly allow: readonly string[];
  /** Whether it is a subscription, whose errors are sent in the stream. */
  readonly isSubscription: boolean;
  /** Whether tRPC refuses it as a whole, without creating a context. */
  readonly isRefusedByTrpc: boolean;
}

/** Reads the part of the path after `/trpc/` the way tRPC does. */
export const readTrpcRequest = (
  { path, search }: RequestTarget,
  { method, headers }: Pick<IncomingMessage, "method" | "headers">,
): TrpcRequest => {
  const isBatch = search.get("batch") === "1";
  const called = decode(path.slice("/trpc/".length));
  const names = isBatch ? called.split(",") : [called];
  const types = names.map(typeOf);
  const allow = [...new Set(types.flatMap((type) => (type === undefined ? [] : methodOf(type))))];
  return {
    names,
    isBatch,
    isKnown: method !== undefined && allow.includes(method),
    allow,
    isSubscription: !isBatch && types[0] === "subscription",
    isRefusedByTrpc: isMixed(types) || (!isBatch && asksForLines(headers)),
  };
};

/** Sends a refusal in tRPC's format for a request that tRPC does not process. */
export const answerTrpcRefusal = (
  response: ServerResponse,
  error: unknown,
  { requestId, path }: { readonly requestId: string; readonly path: string | undefined },
): void =>
  answerRefusal(response, toRefusal(error, requestId), { error: trpcErrorShape(error, requestId, path) });

/**
 * Rewrites the request so that tRPC sees the target as it was parsed here; its own parsing could differ. The returned function
 * undoes it once tRPC has read it, for others who log the request.
 */
export const handToTrpc = (request: IncomingMessage, { search }: RequestTarget): (() => void) => {
  const { url, method } = request;
  const { host } = request.headers;
  const query = new URLSearchParams(search);
  query.delete("connectionParams");
  request.url = `/trpc?${query}`;
  request.headers.host = "localhost";
  // A fetch `Request` cannot have this method. tRPC serves nothing for the substitute either.
  if (request.method === "TRACE") request.method = "OPTIONS";
  return () => {
    Object.assign(request, { url, method });
    request.headers.host = host;
  };
};

/** The `connectionParams` of a client that cannot set headers; null unless they are an object of strings. */
export const readConnectionParams = ({ search }: RequestTarget): Readonly<Record<string, string>> | null => {
  const text = search.get("connectionParams");
  if (text === null) return {};
  try {
    return connectionParams.parse(JSON.parse(text)) ?? {};
  } catch {
    return null;
  }
};

const connectionParams = z.record(z.string(), z.string()).nullable();

const methodOf = (type: string): string => (type === "mutation" ? "POST" : "GET");

const isMixed = (types: readonly (string | undefined)[]): boolean =>
  new Set(types.filter((type) => type !== undefined)).size > 1;

/** What tRPC's answers vary by, and CORS. */
export const trpcVary = "Origin, trpc-accept, accept, accept-encoding";

/** The `Retry-After` of an answer with several errors; null if it has none. */
export const retryAfterOf = (refusals: readonly Refusal[]): string | null => {
  const [first] = refusals.flatMap(({ retryAfterSeconds }) => retryAfterSeconds ?? []);
  return first === undefined ? null : String(first);
};

/** Whether a batch asks for its answers as a stream of lines. */
export const asksForLines = (headers: IncomingMessage["headers"]): boolean =>
  (headers["trpc-accept"] ?? headers.accept ?? "").includes("application/jsonl");

const typeOf = (name: string): string | undefined => {
  const procedures: Readonly<Record<string, { readonly _def: { readonly type: string } }>> =
    appRouter._def.procedures;
  return Object.hasOwn(procedures, name) ? procedures[name]?._def.type : undefined;
};

const decode = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};

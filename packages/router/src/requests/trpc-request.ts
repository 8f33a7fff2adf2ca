import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { toRefusal } from "../errors/refusal.js";
import { trpcErrorShape } from "../errors/trpc-error-shape.js";
import { answerRefusal } from "../rest/answer.js";
import { appRouter } from "../router.js";
import type { RequestTarget } from "./request-target.js";

/** What a request to tRPC over HTTP asks for, as far as its target and method tell. */
export interface TrpcRequest {
  /** The procedures it names, of which some may not exist. */
  readonly names: readonly string[];
  readonly isBatch: boolean;
  /** Whether it would call anything: path and method are judged before who asks. */
  readonly isKnown: boolean;
  /** Whether it asks for a stream of events, whose refusals travel in the stream. */
  readonly isSubscription: boolean;
  /** Whether tRPC refuses it as a whole, without asking for the caller. */
  readonly isRefusedUnasked: boolean;
}

/** What stands behind `/trpc/` in a target's path, read as tRPC reads it. */
export const readTrpcRequest = (
  { path, search }: RequestTarget,
  { method, headers }: Pick<IncomingMessage, "method" | "headers">,
): TrpcRequest => {
  const isBatch = search.get("batch") === "1";
  const called = decode(path.slice("/trpc/".length));
  const names = isBatch ? called.split(",") : [called];
  const types = names.map(typeOf);
  return {
    names,
    isBatch,
    isKnown: types.some((type) => type !== undefined && method === (type === "mutation" ? "POST" : "GET")),
    isSubscription: !isBatch && types[0] === "subscription",
    isRefusedUnasked: isMixed(types) || (!isBatch && asksForLines(headers)),
  };
};

/** Answers in tRPC's words what is refused before tRPC has a say. */
export const answerTrpcRefusal = (
  response: ServerResponse,
  error: unknown,
  { requestId, path }: { readonly requestId: string; readonly path: string | undefined },
): void =>
  answerRefusal(response, toRefusal(error, requestId), { error: trpcErrorShape(error, requestId, path) });

/** Lets tRPC read what we have read and nothing else: its own reading of `Host` and target could differ. */
export const handToTrpc = (request: IncomingMessage, { search }: RequestTarget): void => {
  const query = new URLSearchParams(search);
  query.delete("connectionParams");
  request.url = `/trpc?${query}`;
  request.headers.host = "localhost";
  // A fetch request can't be made with it; to tRPC it is one more method that nothing is served by.
  if (request.method === "TRACE") request.method = "OPTIONS";
};

/** What a client that can't set headers puts into the address; null where it is no object of strings. */
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

const isMixed = (types: readonly (string | undefined)[]): boolean =>
  new Set(types.filter((type) => type !== undefined)).size > 1;

/** An answer to a batch as a stream of lines; a single call has none. */
const asksForLines = (headers: IncomingMessage["headers"]): boolean =>
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

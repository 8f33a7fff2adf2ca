import type { IncomingMessage, ServerResponse } from "node:http";
import {
  appRouter,
  authenticateRequest,
  type Context,
  type Credentials,
  maxBodyBytes,
  toRefusal,
  watchTrpcRequest,
} from "@adjourn/router";
import { SessionError, type Sessions, validationError } from "@adjourn/sessions";
import { nodeHTTPRequestHandler } from "@trpc/server/adapters/node-http";
import type { Address } from "./address.js";
import type { Gate } from "./admission.js";
import { maxBatchCalls } from "./limits.js";
import type { OriginGuard } from "./origin-guard.js";
import type { ReportError } from "./report-error.js";

export interface TrpcHttpNeeds {
  readonly sessions: Sessions;
  readonly credentials: Credentials;
  readonly guard: OriginGuard;
  readonly admit: Gate["count"];
  readonly isDraining: () => boolean;
  readonly reportError: ReportError;
}

/** tRPC over HTTP below `/trpc`, subscriptions as SSE included. */
export const createTrpcHttp = ({
  sessions,
  credentials,
  guard,
  admit,
  isDraining,
  reportError,
}: TrpcHttpNeeds) => {
  const authenticate = async (
    request: IncomingMessage,
    query: URLSearchParams,
    token: string | undefined,
  ) => {
    const principal = await authenticateRequest(credentials, request.headers, query);
    // What tRPC's SSE link puts into `connectionParams` stands in the address too: a ticket, then, and no key.
    return principal.role === "nobody" && principal.why === "missing" && token !== undefined
      ? credentials.authenticate(token, "ticket")
      : principal;
  };

  return async (
    request: IncomingMessage,
    response: ServerResponse,
    address: Address,
    requestId: string,
  ): Promise<void> => {
    const calls = address.path.slice("/trpc/".length);
    const isTooMany = address.query.get("batch") === "1" && decode(calls).split(",").length > maxBatchCalls;
    // One of too many is enough to say so, when it is time to: not before key and role.
    const path = isTooMany ? (decode(calls).split(",")[0] ?? "") : calls;
    const judge = watchTrpcRequest(request);
    const judgeRequest = () => {
      judge();
      if (isTooMany)
        throw validationError({ path: "", message: `A batch has at most ${maxBatchCalls} calls` });
    };
    await nodeHTTPRequestHandler({
      router: appRouter,
      req: request,
      res: response,
      path,
      maxBodySize: maxBodyBytes,
      createContext: async ({ info }): Promise<Context> => {
        if (isKnown(path, request.method)) refuseForeign(guard, request, response);
        const principal = await authenticate(request, address.query, info.connectionParams?.token);
        await admit(request, principal, isTooMany ? maxBatchCalls + 1 : info.calls.length);
        if (principal.role !== "nobody" && isDraining())
          throw new SessionError("SERVICE_UNAVAILABLE", "The server is shutting down");
        return {
          sessions,
          credentials,
          principal,
          requestId,
          judgeRequest,
          response: streamOf(response),
        };
      },
      responseMeta: ({ errors }) => {
        const [retryAfter] = errors.flatMap((error) => toRefusal(error, requestId).retryAfterSeconds ?? []);
        return retryAfter === undefined ? {} : { headers: { "Retry-After": String(retryAfter) } };
      },
      onError: ({ error, path: at }) => reportError(error, { path: at, requestId }),
    });
  };
};

/** A subscription's refusals travel in its stream; a foreign page is to get no stream at all. */
const refuseForeign = (guard: OriginGuard, request: IncomingMessage, response: ServerResponse): void => {
  try {
    guard.check(request);
  } catch (error) {
    response.statusCode = toRefusal(error).status;
    throw error;
  }
};

/** Path and method are judged before who asks; where nothing would be called, tRPC says so itself. */
const isKnown = (path: string, method: string | undefined): boolean => {
  const procedures: Readonly<Record<string, { readonly _def: { readonly type: string } }>> =
    appRouter._def.procedures;
  return decode(path)
    .split(",")
    .some((name) => {
      const type = Object.hasOwn(procedures, name) ? procedures[name]?._def.type : undefined;
      return type !== undefined && method === (type === "mutation" ? "POST" : "GET");
    });
};

const decode = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};

const streamOf = (response: ServerResponse) => ({
  get waitingBytes() {
    return response.writableLength;
  },
  destroy: () => void response.destroy(),
});

import type { IncomingMessage, ServerResponse } from "node:http";
import {
  answerComeBack,
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
import { z } from "zod";
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
    if (isDraining() && isSubscription(path, request.method)) {
      guard.check(request);
      const principal = await authenticate(request, address.query, tokenIn(address.query));
      await admit(request, principal);
      if (principal.role !== "nobody") return answerComeBack(response);
    }
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
        return {
          headers: {
            // tRPC would write its own over the one of CORS.
            vary: "Origin, trpc-accept, accept",
            ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
          },
        };
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
const isKnown = (path: string, method: string | undefined): boolean =>
  decode(path)
    .split(",")
    .some((name) => {
      const type = typeOf(name);
      return type !== undefined && method === (type === "mutation" ? "POST" : "GET");
    });

const isSubscription = (path: string, method: string | undefined): boolean =>
  method === "GET" && typeOf(decode(path)) === "subscription";

const typeOf = (name: string): string | undefined => {
  const procedures: Readonly<Record<string, { readonly _def: { readonly type: string } }>> =
    appRouter._def.procedures;
  return Object.hasOwn(procedures, name) ? procedures[name]?._def.type : undefined;
};

const connectionParams = z
  .string()
  .transform((text): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  })
  .pipe(z.object({ token: z.string() }));

/** The ticket that tRPC's SSE link puts into the address; one that it can't be read from is left to tRPC to refuse. */
const tokenIn = (query: URLSearchParams): string | undefined => {
  const parsed = connectionParams.safeParse(query.get("connectionParams"));
  return parsed.data?.token;
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

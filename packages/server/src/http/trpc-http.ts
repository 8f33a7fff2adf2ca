import type { IncomingMessage, ServerResponse } from "node:http";
import {
  answerTrpcRefusal,
  appRouter,
  authenticateRequest,
  BatchBudget,
  type Context,
  type Credentials,
  handToTrpc,
  maxBodyBytes,
  type Principal,
  type RequestTarget,
  readConnectionParams,
  readTrpcRequest,
  toRefusal,
  watchTrpcRequest,
} from "@adjourn/router";
import { SessionError, type SessionService, validationError } from "@adjourn/sessions";
import { answerReconnect, isPeerGone } from "@adjourn/transports";
import { nodeHTTPRequestHandler } from "@trpc/server/adapters/node-http";
import type { RequestGuard } from "../admission/request-guard.js";
import { maxBatchCalls } from "../limits.js";
import type { ReportError } from "../observability/report-error.js";

export interface TrpcHttpDependencies {
  readonly sessions: SessionService;
  readonly credentials: Credentials;
  readonly gate: RequestGuard;
  readonly isDraining: () => boolean;
  readonly reportError: ReportError;
}

/** tRPC over HTTP below `/trpc`, subscriptions as SSE included. */
export const createTrpcHttp = ({
  sessions,
  credentials,
  gate,
  isDraining,
  reportError,
}: TrpcHttpDependencies) => {
  const authenticate = async (request: IncomingMessage, target: RequestTarget): Promise<Principal> => {
    const principal = await authenticateRequest(credentials, request.headers, target.search);
    const token = readConnectionParams(target)?.token;
    // What tRPC's SSE link puts into `connectionParams` stands in the address too: a ticket, then, and no key.
    return principal.role === "nobody" && principal.why === "missing" && token !== undefined
      ? credentials.authenticate(token, "ticket")
      : principal;
  };

  return async (
    request: IncomingMessage,
    response: ServerResponse,
    target: RequestTarget,
    requestId: string,
  ): Promise<void> => {
    const asked = readTrpcRequest(target, request);
    const isTooMany = asked.names.length > maxBatchCalls;
    const principal = await authenticate(request, target);
    // Before tRPC has a say: of some requests it asks nobody who sends them.
    const refusal = await refusalOf(() =>
      gate.admit(request, principal, isTooMany ? maxBatchCalls + 1 : asked.names.length),
    );
    // tRPC listens for the end of a connection only from here on.
    if (isPeerGone(response)) return;
    const early = refusal ?? (asked.isRefusedUnasked ? missingKey(principal) : null);
    if (early !== null && isRefusedBeforeRouting(early, asked, request.method)) {
      const path = asked.names.join(",");
      reportError(early, { path, requestId });
      return answerTrpcRefusal(response, early, { requestId, path });
    }
    // An `EventSource` gives up for good on an error.
    const isStream = asked.isSubscription && request.method === "GET";
    if (refusal === null && isStream && isDraining() && principal.role !== "nobody")
      return answerReconnect(response);
    const judge = watchTrpcRequest(request, target);
    const batch = asked.isBatch ? new BatchBudget() : undefined;
    handToTrpc(request, target);
    await nodeHTTPRequestHandler({
      router: appRouter,
      req: request,
      res: response,
      // One of too many is enough to say so, when it is time to: not before key and role.
      path: isTooMany ? encodeURIComponent(asked.names[0] ?? "") : target.path.slice("/trpc/".length),
      maxBodySize: maxBodyBytes,
      createContext: async (): Promise<Context> => {
        if (refusal !== null) throw refusal;
        if (principal.role !== "nobody" && isDraining())
          throw new SessionError("SERVICE_UNAVAILABLE", "The server is shutting down");
        return {
          sessions,
          credentials,
          principal,
          requestId,
          batch,
          judgeRequest: () => {
            judge();
            if (isTooMany)
              throw validationError({ path: "", message: `A batch has at most ${maxBatchCalls} calls` });
          },
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

const refusalOf = async (judge: () => Promise<void>): Promise<unknown> => {
  try {
    await judge();
    return null;
  } catch (error) {
    return error;
  }
};

const missingKey = (principal: Principal): SessionError | null =>
  principal.role === "nobody" ? new SessionError("UNAUTHORIZED", "A valid key is required") : null;

/**
 * Path and method are judged first: where nothing would be called, tRPC says so itself, but to a `HEAD`, which it takes for
 * any path. A subscription's refusals travel in its stream, but a foreign page is to get no stream at all.
 */
const isRefusedBeforeRouting = (
  refusal: unknown,
  { isKnown, isSubscription }: { readonly isKnown: boolean; readonly isSubscription: boolean },
  method: string | undefined,
): boolean => {
  if (method === "HEAD") return true;
  return isKnown && (!isSubscription || toRefusal(refusal).code === "FORBIDDEN");
};

const streamOf = (response: ServerResponse) => ({
  get waitingBytes() {
    return response.writableLength;
  },
  destroy: () => {
    response.destroy();
  },
});

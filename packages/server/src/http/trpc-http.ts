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

/** Serves tRPC over HTTP below `/trpc`, including subscriptions over SSE. */
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
    // tRPC's SSE link puts `connectionParams` into the address, so only a ticket is accepted from there.
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
    // Checked before tRPC, which refuses some requests without creating a context.
    const refusal = await refusalOf(() =>
      gate.admit(request, principal, isTooMany ? maxBatchCalls + 1 : asked.names.length),
    );
    // tRPC watches for the end of the connection only from here on.
    if (isPeerGone(response)) return;
    const early = refusal ?? (asked.isRefusedUnasked ? missingKey(principal) : null);
    if (early !== null && isRefusedBeforeRouting(early, asked, request.method)) {
      const path = asked.names.join(",");
      reportError(early, { path, requestId });
      return answerTrpcRefusal(response, early, { requestId, path });
    }
    // An `EventSource` gives up for good on an error status.
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
      // With too many calls, one of them reports it, after the checks of key and role.
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
            // tRPC would overwrite the value of CORS.
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
 * Path and method are checked first. If no procedure would be called, tRPC reports it itself, except for `HEAD`, which it
 * accepts for any path. The errors of a subscription are sent in its stream, but a foreign page gets no stream at all.
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

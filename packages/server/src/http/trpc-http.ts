import type { IncomingMessage, ServerResponse } from "node:http";
import {
  answerDirectRequest,
  answerTrpcRefusal,
  appRouter,
  authenticateRequest,
  BatchBudget,
  type Context,
  type Credentials,
  type DirectRequest,
  handToTrpc,
  maxBodyBytes,
  mayCallEach,
  type Principal,
  type RequestTarget,
  readConnectionParams,
  readDirectRequest,
  readTrpcRequest,
  retryAfterOf,
  type TrpcRequest,
  toRefusal,
  trpcVary,
  watchTrpcRequest,
} from "@adjourn/router";
import { SessionError, type SessionService, validationError } from "@adjourn/sessions";
import { answerReconnect, isPeerGone } from "@adjourn/transports";
import type { TRPCError } from "@trpc/server";
import { nodeHTTPRequestHandler } from "@trpc/server/adapters/node-http";
import type { RequestGuard } from "../admission/request-guard.js";
import { maxBatchCalls } from "../limits.js";
import type { ReportError } from "../observability/report-error.js";

export interface TrpcHttpDependencies {
  readonly sessions: SessionService;
  readonly credentials: Credentials;
  readonly requestGuard: RequestGuard;
  readonly isDraining: () => boolean;
  readonly reportError: ReportError;
}

/** Serves tRPC over HTTP below `/trpc`, including subscriptions over SSE. */
export const createTrpcHttp =
  (dependencies: TrpcHttpDependencies) =>
  async (
    request: IncomingMessage,
    response: ServerResponse,
    target: RequestTarget,
    requestId: string,
  ): Promise<void> => {
    const { requestGuard, isDraining } = dependencies;
    const direct = readDirectRequest(target, request, maxBatchCalls);
    const names = direct?.names ?? readTrpcRequest(target, request).names;
    const principal = await authenticate(dependencies.credentials, request, target, direct !== null);
    // Checked before tRPC, which refuses some requests without creating a context.
    const calls = Math.min(names.length, maxBatchCalls + 1);
    const refusal = await refusalOf(() => requestGuard.admit(request, principal, calls));
    // Both ways watch for the end of the connection only from here on.
    if (isPeerGone(response)) return;
    const admitted = { request, response, target, requestId, principal, refusal };
    return direct && refusal === null && !isDraining() && mayCallEach(direct, principal)
      ? answerDirectly(dependencies, admitted, direct)
      : handOver(dependencies, admitted);
  };

/** An admitted request. `refusal` is reported as tRPC would report it. */
interface Admitted {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: RequestTarget;
  readonly requestId: string;
  readonly principal: Principal;
  readonly refusal: unknown;
}

const answerDirectly = (
  { sessions, credentials, reportError }: TrpcHttpDependencies,
  { request, response, requestId, principal }: Admitted,
  direct: DirectRequest,
): Promise<void> =>
  answerDirectRequest(
    request,
    response,
    direct,
    { sessions, credentials, principal, requestId },
    (error, path) => reportError(error, { path, requestId }),
  );

/** Answers a request that tRPC does not process, and hands any other to its handler. */
const handOver = async (dependencies: TrpcHttpDependencies, admitted: Admitted): Promise<void> => {
  const { request, response, target, requestId, principal, refusal } = admitted;
  const call = readTrpcRequest(target, request);
  const early = earlyRefusal(call, request.method, refusal, principal);
  if (early !== null) {
    const path = call.names.join(",");
    dependencies.reportError(early, { path, requestId });
    return answerTrpcRefusal(response, early, { requestId, path });
  }
  // An `EventSource` gives up for good on an error status.
  const isStream = call.isSubscription && request.method === "GET";
  if (refusal === null && isStream && dependencies.isDraining() && principal.role !== "nobody")
    return answerReconnect(response);
  await runProcedures(dependencies, admitted, call);
};

const authenticate = async (
  credentials: Credentials,
  request: IncomingMessage,
  target: RequestTarget,
  isDirect: boolean,
): Promise<Principal> => {
  const principal = await authenticateRequest(credentials, request.headers, target);
  // A direct request has no `connectionParams`.
  if (isDirect) return principal;
  const token = readConnectionParams(target)?.token;
  // tRPC's SSE link puts `connectionParams` into the address, so only a ticket is accepted from there.
  return principal.role === "nobody" && principal.why === "missing" && token !== undefined
    ? credentials.authenticate(token, "ticket")
    : principal;
};

const runProcedures = async (
  dependencies: TrpcHttpDependencies,
  admitted: Admitted,
  call: TrpcRequest,
): Promise<void> => {
  const { request, response, target, requestId } = admitted;
  const isTooMany = call.names.length > maxBatchCalls;
  const throwRefusal = watchTrpcRequest(request, target);
  const restoreRequest = handToTrpc(request, target);
  const answered = nodeHTTPRequestHandler({
    router: appRouter,
    req: request,
    res: response,
    // With too many calls, one of them reports it, after the checks of key and role.
    path: isTooMany ? encodeURIComponent(call.names[0] ?? "") : target.path.slice("/trpc/".length),
    maxBodySize: maxBodyBytes,
    createContext: async () =>
      createContext(dependencies, admitted, call.isBatch, () => {
        throwRefusal();
        if (isTooMany)
          throw validationError({ path: "", message: `A batch has at most ${maxBatchCalls} calls` });
      }),
    responseMeta: ({ errors }) => ({ headers: headersFor(errors, requestId) }),
    onError: ({ error, path }) => dependencies.reportError(error, { path, requestId }),
  });
  restoreRequest();
  await answered;
};

/** @throws what the request was refused with, and SessionError `SERVICE_UNAVAILABLE` while draining */
const createContext = (
  { sessions, credentials, isDraining }: TrpcHttpDependencies,
  { request, response, requestId, principal, refusal }: Admitted,
  isBatch: boolean,
  checkRequest: () => void,
): Context => {
  if (refusal !== null) throw refusal;
  if (principal.role !== "nobody" && isDraining())
    throw new SessionError("SERVICE_UNAVAILABLE", "The server is shutting down");
  const batch = isBatch ? new BatchBudget(request.socket) : undefined;
  return { sessions, credentials, principal, requestId, batch, checkRequest, response: streamOf(response) };
};

const headersFor = (errors: readonly TRPCError[], requestId: string): Record<string, string> => {
  const retryAfter = retryAfterOf(errors.map((error) => toRefusal(error, requestId)));
  return { vary: trpcVary, ...(retryAfter === null ? {} : { "retry-after": retryAfter }) };
};

const refusalOf = async (check: () => Promise<void> | null): Promise<unknown> => {
  try {
    await check();
    return null;
  } catch (error) {
    return error;
  }
};

const missingKey = (principal: Principal): SessionError | null =>
  principal.role === "nobody" ? new SessionError("UNAUTHORIZED", "A valid key is required") : null;

/**
 * The error of a request that tRPC does not process; null for one that it does. Path and method are checked first: tRPC
 * would accept `HEAD` for any path, and sends no `Allow`. tRPC reports an unknown path itself. The errors of a subscription
 * are sent in its stream, but a foreign page gets no stream at all.
 */
const earlyRefusal = (
  call: TrpcRequest,
  method: string | undefined,
  refusal: unknown,
  principal: Principal,
): unknown => {
  if (!call.isKnown && call.allow.length > 0)
    return new SessionError("METHOD_NOT_ALLOWED", "Method not allowed", { allow: call.allow });
  if (method === "HEAD")
    return new SessionError("NOT_FOUND", "No such procedure", { path: call.names.join(",") });
  const early = refusal ?? (call.isRefusedByTrpc ? missingKey(principal) : null);
  if (early === null || !call.isKnown) return null;
  return !call.isSubscription || toRefusal(early).code === "FORBIDDEN" ? early : null;
};

const streamOf = (response: ServerResponse) => ({
  get waitingBytes() {
    return response.writableLength;
  },
  destroy: () => {
    response.destroy();
  },
});

import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  answerRefusal,
  type Credentials,
  isChatPath,
  isMcpPath,
  type McpHandler,
  parseRequestTarget,
  type Refusal,
  type RestHandler,
  toRefusal,
  unreadableTarget,
} from "@adjourn/router";
import type { SessionService } from "@adjourn/sessions";
import { type ConnectionTimeouts, DeadPeerDetector, SlowReaders } from "@adjourn/transports";
import type { Logger } from "pino";
import { hasSeveralHosts, severalHosts } from "../admission/host-header.js";
import type { OriginGuard } from "../admission/origin-guard.js";
import { type RequestGuard, unreadableCaller } from "../admission/request-guard.js";
import { loggableUrl } from "../observability/log.js";
import type { Metrics } from "../observability/metrics.js";
import type { ReportError } from "../observability/report-error.js";
import type { Tracing } from "../observability/tracing/tracing.js";
import type { ShutdownState } from "../shutdown-state.js";
import type { SocketIoGateway } from "../socket-io/socket-io-gateway.js";
import { isSocketIoPath } from "../socket-io/socket-io-path.js";
import type { ConnectionGuard } from "./connection-guard.js";
import { answerPreflight, isPreflight, setCorsHeaders } from "./cors.js";
import { answerHealth, answerReadiness } from "./health.js";
import { HttpResponse, setOrdinaryHeaders } from "./http-response.js";
import { type Page, requireRead } from "./pages.js";
import { RequestTurns } from "./request-turns.js";
import { isServedPath } from "./served-paths.js";
import { createTrpcHttp } from "./trpc-http.js";

export interface RequestDependencies {
  readonly connections: ConnectionGuard;
  readonly errorBody: (refusal: Refusal) => object;
  readonly sessions: SessionService;
  readonly credentials: Credentials;
  readonly originGuard: OriginGuard;
  readonly requestGuard: RequestGuard;
  readonly shutdownState: Readonly<ShutdownState>;
  readonly isDraining: () => boolean;
  readonly reportError: ReportError;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Pages by path. */
  readonly pages: ReadonlyMap<string, Page>;
  readonly connectionTimeouts: ConnectionTimeouts;
  readonly rest: RestHandler;
  /** The AI SDK's endpoint. */
  readonly chat: RestHandler;
  readonly mcp: McpHandler;
  /** Null if Socket.IO is not served. */
  readonly socketIo: SocketIoGateway | null;
  readonly tracing: Tracing | null;
}

/** Serves the requests of one server, its own or another program's. */
export interface RequestHandler {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Whether the request is for an endpoint; false for one that can't be parsed. */
  serves(request: IncomingMessage): boolean;
  /** Stops the checks of its peers. */
  stop(): void;
}

/** Answers every request; one that no endpoint knows with 404. */
export const createRequestHandler = (dependencies: RequestDependencies): RequestHandler => {
  const { connections, connectionTimeouts, reportError, pages, socketIo, tracing } = dependencies;
  const { answers } = connections;
  const slowReaders = new SlowReaders(connectionTimeouts, answers);
  const deadPeers = new DeadPeerDetector({
    everyMs: connectionTimeouts.checkPeersEveryMs,
    answers,
    onFailure: (error) => reportError(error, { path: "dead peers" }),
  });
  const router = createRouter(dependencies);
  const route = tracing ? tracing.requests(router) : router;
  const turns = new RequestTurns();
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    if (!connections.accepts(request)) return;
    const requestId = randomUUID();
    if (response instanceof HttpResponse) response.requestId = requestId;
    else setOrdinaryHeaders(response, requestId);
    connections.begin(request, response);
    const record = startRecord(dependencies, request, response, requestId);
    response.on("close", () => {
      if (connections.finish(request, response)) record();
    });
    const serve = (work: () => Promise<void>) => {
      if (request.socket.destroyed) return;
      if (dependencies.isDraining()) response.setHeader("Connection", "close");
      work().catch((error: unknown) => {
        reportError(error, { path: request.method, requestId });
        const refusal = toRefusal(error, requestId);
        answerRefusal(response, refusal, dependencies.errorBody(refusal));
      });
    };
    const refusal = connections.refusalOf(request);
    // Refused at once, so that no more than the permitted requests wait.
    if (refusal) serve(() => Promise.reject(refusal));
    else turns.run(request.socket, () => serve(() => route(request, response, requestId)));
  };
  const stop = () => {
    deadPeers.stop();
    slowReaders.stop();
  };
  const serves = ({ url }: IncomingMessage) => {
    const target = parseRequestTarget(url);
    if (target === null) return false;
    return isServedPath(target.path, pages) || (socketIo !== null && isSocketIoPath(target));
  };
  return { handle, serves, stop };
};

/** Passes a request to its handler: health, preflight, pages, tRPC, then REST. */
const createRouter = (dependencies: RequestDependencies) => {
  const { originGuard, requestGuard, pages, rest, chat, mcp, socketIo } = dependencies;
  const trpc = createTrpcHttp(dependencies);
  return async (request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> => {
    if (hasSeveralHosts(request)) {
      await requestGuard.count(request, unreadableCaller);
      throw severalHosts();
    }
    const target = parseRequestTarget(request.url);
    if (!target) {
      setCorsHeaders(originGuard, request, response);
      await requestGuard.admit(request, unreadableCaller);
      throw unreadableTarget();
    }
    // A trailing slash makes no difference, as in REST.
    const place = target.path.endsWith("/") ? target.path.slice(0, -1) : target.path;
    if (place === "/healthz" || place === "/readyz") {
      requireRead(request);
      if (place === "/healthz") return answerHealth(response);
      return answerReadiness(response, dependencies.sessions, dependencies.shutdownState.isStopping);
    }
    setCorsHeaders(originGuard, request, response);
    if (isPreflight(request)) {
      originGuard.check(request);
      return answerPreflight(request, response);
    }
    const page = pages.get(place);
    if (page) return page(request, response, target);
    if (target.path.startsWith("/trpc/")) return trpc(request, response, target, requestId);
    if (socketIo && isSocketIoPath(target)) return socketIo.handleRequest(request, response, target);
    if (isMcpPath(target.path)) return mcp(request, response, { target, requestId });
    const handle = isChatPath(target.path) ? chat : rest;
    return handle(request, response, { target, requestId });
  };
};

/** @returns what records the answer once it has closed */
const startRecord = (
  { logger, metrics }: RequestDependencies,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): (() => void) => {
  const startedAt = performance.now();
  // The target as sent, even if the request is rewritten later.
  const { method = "", url = "" } = request;
  return () => {
    const milliseconds = Math.round(performance.now() - startedAt);
    metrics.answered(method, response.statusCode, milliseconds / 1_000);
    if (!logger.isLevelEnabled("debug")) return;
    const { statusCode: status } = response;
    logger.debug({ requestId, method, url: loggableUrl(url), status, milliseconds }, "Request");
  };
};

import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  answerRefusal,
  type Credentials,
  parseRequestTarget,
  toRefusal,
  unreadableTarget,
} from "@adjourn/router";
import type { SessionService } from "@adjourn/sessions";
import {
  AnnouncedResponse,
  type ConnectionTimeouts,
  DeadPeerDetector,
  SlowReaders,
} from "@adjourn/transports";
import type { Logger } from "pino";
import type { OriginGuard } from "../admission/origin-guard.js";
import { type RequestGuard, unreadableCaller } from "../admission/request-guard.js";
import { keepAliveMs, maxConnections, maxHeadBytes } from "../limits.js";
import { loggableUrl } from "../observability/log.js";
import type { Metrics } from "../observability/metrics.js";
import type { ReportError } from "../observability/report-error.js";
import type { ShutdownState } from "../shut-down.js";
import { type ConnectionDependencies, type Connections, guardConnections } from "./connections.js";
import { answerPreflight, isPreflight, setCorsHeaders } from "./cors.js";
import { answerHealth, answerReadiness } from "./health.js";
import { type Page, requireRead } from "./pages.js";
import { RequestTurns } from "./request-turns.js";
import { createTrpcHttp } from "./trpc-http.js";

export interface HttpDependencies extends ConnectionDependencies {
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
  readonly rest: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

/** Limits for peers that send their request slowly or not at all. */
const bounds = ({ headersMs }: ConnectionTimeouts) => ({
  headersTimeout: headersMs,
  requestTimeout: 3 * headersMs,
  keepAliveTimeout: keepAliveMs,
  connectionsCheckingInterval: headersMs / 5,
  maxHeaderSize: maxHeadBytes,
  // The request guard refuses a missing Host itself; the health paths need none.
  requireHostHeader: false,
  ServerResponse: AnnouncedResponse,
});

/** Creates the server with its handlers in order. It does not listen yet. */
export const createHttpServer = (
  dependencies: HttpDependencies,
): { readonly server: Server; readonly connections: Connections } => {
  const { connectionTimeouts, reportError } = dependencies;
  const server = createServer(bounds(connectionTimeouts));
  const connections = guardConnections(server, dependencies);
  const slowReaders = new SlowReaders(connectionTimeouts);
  const deadPeers = new DeadPeerDetector({
    everyMs: connectionTimeouts.checkPeersEveryMs,
    onFailure: (error) => reportError(error, { path: "dead peers" }),
  });
  const route = createRouter(dependencies);
  const turns = new RequestTurns();
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    if (!connections.accepts(request)) return;
    const requestId = randomUUID();
    connections.begin(request, response);
    record(dependencies, request, response, requestId);
    const serve = (work: () => Promise<void>) => {
      if (request.socket.destroyed) return;
      deadPeers.watch(response);
      slowReaders.watch(request, response);
      setBaseHeaders(response, requestId);
      if (dependencies.isDraining()) response.setHeader("Connection", "close");
      work().catch((error: unknown) => {
        reportError(error, { path: request.method, requestId });
        const refusal = toRefusal(error, requestId);
        answerRefusal(response, refusal, dependencies.errorBody(refusal));
      });
    };
    const refusal = connections.pipelineRefusal(request);
    // Refused at once, so that no more than the permitted requests wait.
    if (refusal) serve(() => Promise.reject(refusal));
    else turns.run(request.socket, () => serve(() => route(request, response, requestId)));
  };
  server.on("request", onRequest);
  // An unknown `Expect` header is ignored.
  server.on("checkExpectation", onRequest);
  server.maxConnections = maxConnections;
  server.timeout = connectionTimeouts.stalledReadMs;
  server.once("close", () => {
    deadPeers.stop();
    slowReaders.stop();
  });
  return { server, connections };
};

/** Passes a request to its handler: health, preflight, pages, tRPC, then REST. */
const createRouter = (dependencies: HttpDependencies) => {
  const { originGuard, requestGuard, pages, rest } = dependencies;
  const trpc = createTrpcHttp(dependencies);
  return async (request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> => {
    const target = parseRequestTarget(request.url);
    if (!target) {
      setCorsHeaders(originGuard, request, response);
      await requestGuard.admit(request, unreadableCaller);
      throw unreadableTarget();
    }
    // A trailing slash makes no difference, as in REST.
    const place = target.path.replace(/\/$/, "");
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
    return rest(request, response);
  };
};

const setBaseHeaders = (response: ServerResponse, requestId: string): void => {
  response.setHeader("X-Request-Id", requestId);
  response.setHeader("X-Content-Type-Options", "nosniff");
  response.setHeader("Referrer-Policy", "no-referrer");
  response.setHeader("X-Frame-Options", "DENY");
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
};

const record = (
  { logger, metrics }: HttpDependencies,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): void => {
  const startedAt = performance.now();
  // The target as sent, even if the request is rewritten later.
  const { method = "", url = "" } = request;
  response.once("close", () => {
    const milliseconds = Math.round(performance.now() - startedAt);
    metrics.answered(method, response.statusCode, milliseconds / 1_000);
    if (!logger.isLevelEnabled("debug")) return;
    const entry = { requestId, method, url: loggableUrl(url), status: response.statusCode, milliseconds };
    logger.debug(entry, "Request");
  });
};

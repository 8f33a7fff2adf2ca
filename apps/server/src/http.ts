import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  answerRefusal,
  type Credentials,
  parseRequestTarget,
  toRefusal,
  unreadableTarget,
} from "@adjourn/router";
import type { Sessions } from "@adjourn/sessions";
import type { Logger } from "pino";
import { type Gate, stranger } from "./admission.js";
import { AnnouncedResponse } from "./announced-response.js";
import { type ConnectionNeeds, type Connections, guardConnections } from "./connections.js";
import { answerPreflight, isPreflight, setCorsHeaders } from "./cors.js";
import { answerHealth, answerReadiness } from "./health.js";
import { keepAliveMs, maxConnections, maxHeadBytes, type Patience } from "./limits.js";
import { loggableUrl } from "./log.js";
import type { Metrics } from "./metrics.js";
import type { OriginGuard } from "./origin-guard.js";
import { type Page, requireRead } from "./pages.js";
import type { ReportError } from "./report-error.js";
import type { Leaving } from "./shut-down.js";
import { SilentPeers } from "./silent-peers.js";
import { SlowReaders } from "./slow-readers.js";
import { createTrpcHttp } from "./trpc-http.js";

export interface HttpNeeds extends ConnectionNeeds {
  readonly sessions: Sessions;
  readonly credentials: Credentials;
  readonly guard: OriginGuard;
  readonly gate: Gate;
  readonly leaving: Readonly<Leaving>;
  readonly isDraining: () => boolean;
  readonly reportError: ReportError;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** What is served besides, by path. */
  readonly pages: ReadonlyMap<string, Page>;
  readonly patience: Patience;
  readonly rest: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

/** Against peers that send their request a byte at a time or none at all, or don't take what they asked for. */
const bounds = ({ headWithinMs }: Patience) => ({
  headersTimeout: headWithinMs,
  requestTimeout: 3 * headWithinMs,
  keepAliveTimeout: keepAliveMs,
  connectionsCheckingInterval: headWithinMs / 5,
  maxHeaderSize: maxHeadBytes,
  // A missing Host is the guard's to judge, in our words; the health paths need none.
  requireHostHeader: false,
  ServerResponse: AnnouncedResponse,
});

/** The server with its mounts in order; it does not listen yet. */
export const createHttpServer = (
  needs: HttpNeeds,
): { readonly server: Server; readonly connections: Connections } => {
  const trpc = createTrpcHttp(needs);

  const mounts = async (
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<void> => {
    connections.checkPipeline(request);
    const target = parseRequestTarget(request.url);
    if (!target) {
      setCorsHeaders(needs.guard, request, response);
      await needs.gate.admit(request, stranger);
      throw unreadableTarget();
    }
    const { path } = target;
    // One slash at the end makes no difference, here as in REST.
    const place = path.replace(/\/$/, "");
    if (place === "/healthz" || place === "/readyz") {
      requireRead(request, response);
      if (place === "/healthz") return answerHealth(response);
      return answerReadiness(response, needs.sessions, needs.leaving.isLeaving);
    }
    setCorsHeaders(needs.guard, request, response);
    if (isPreflight(request)) {
      needs.guard.check(request);
      return answerPreflight(request, response);
    }
    const page = needs.pages.get(place);
    if (page) return page(request, response, target);
    if (path.startsWith("/trpc/")) return trpc(request, response, target, requestId);
    return needs.rest(request, response);
  };

  const server = createServer(bounds(needs.patience));
  const connections = guardConnections(server, needs);
  const slowReaders = new SlowReaders(needs.patience);
  const peers = new SilentPeers({
    everyMs: needs.patience.lookAtPeersEveryMs,
    onFailure: (error) => needs.reportError(error, { path: "silent peers" }),
  });
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    if (!connections.hears(request)) return;
    const requestId = randomUUID();
    connections.begin(request, response);
    peers.watch(response);
    slowReaders.watch(request, response);
    note(needs, request, response, requestId);
    setBaseHeaders(response, requestId);
    if (needs.isDraining()) response.setHeader("Connection", "close");
    mounts(request, response, requestId).catch((error: unknown) => {
      needs.reportError(error, { path: request.method, requestId });
      const refusal = toRefusal(error, requestId);
      answerRefusal(response, refusal, needs.errorBody(refusal));
    });
  };
  server.on("request", onRequest);
  // What we are expected to do and don't know of makes no difference to the answer.
  server.on("checkExpectation", onRequest);
  server.maxConnections = maxConnections;
  server.timeout = needs.patience.takenWithinMs;
  server.once("close", () => {
    peers.stop();
    slowReaders.stop();
  });
  return { server, connections };
};

const setBaseHeaders = (response: ServerResponse, requestId: string): void => {
  response.setHeader("X-Request-Id", requestId);
  response.setHeader("X-Content-Type-Options", "nosniff");
  response.setHeader("Referrer-Policy", "no-referrer");
  response.setHeader("X-Frame-Options", "DENY");
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
};

const note = (
  { logger, metrics }: HttpNeeds,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): void => {
  const startedAt = performance.now();
  // As it was sent, whatever becomes of the request.
  const { method = "", url = "" } = request;
  response.once("close", () => {
    const milliseconds = Math.round(performance.now() - startedAt);
    metrics.answered(method, response.statusCode, milliseconds / 1_000);
    if (!logger.isLevelEnabled("debug")) return;
    const entry = { requestId, method, url: loggableUrl(url), status: response.statusCode, milliseconds };
    logger.debug(entry, "Request");
  });
};

import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Credentials, type Refusal, toRefusal } from "@adjourn/router";
import { type Sessions, validationError } from "@adjourn/sessions";
import type { Logger } from "pino";
import { readAddress } from "./address.js";
import type { Admit } from "./admission.js";
import { answerRefusal } from "./answer.js";
import { answerPreflight, isPreflight, setCorsHeaders } from "./cors.js";
import { answerHealth, answerReadiness } from "./health.js";
import { loggableUrl } from "./log.js";
import type { Metrics } from "./metrics.js";
import type { OriginGuard } from "./origin-guard.js";
import type { Page } from "./pages.js";
import type { ReportError } from "./report-error.js";
import { createTrpcHttp } from "./trpc-http.js";

export interface HttpNeeds {
  readonly sessions: Sessions;
  readonly credentials: Credentials;
  readonly guard: OriginGuard;
  readonly admit: Admit;
  readonly isDraining: () => boolean;
  readonly errorBody: (refusal: Refusal) => unknown;
  readonly reportError: ReportError;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** What is served besides, by path. */
  readonly pages: ReadonlyMap<string, Page>;
  /** How long a peer may take over its request's head. */
  readonly headersWithinMs?: number | undefined;
  readonly rest: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

/** Against peers that send their request a byte at a time, or none at all. */
const patience = (headersTimeout = 10_000) => ({
  headersTimeout,
  requestTimeout: 3 * headersTimeout,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: headersTimeout / 5,
  maxHeaderSize: 16_384,
});
const maxConnections = 50_000;

/** The server with its mounts in order; it does not listen yet. */
export const createHttpServer = (needs: HttpNeeds): Server => {
  const trpc = createTrpcHttp(needs);

  const mounts = async (
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<void> => {
    const address = readAddress(request.url);
    const { path } = address;
    if (path === "/healthz") return answerHealth(response);
    if (path === "/readyz") return answerReadiness(response, needs.sessions, needs.isDraining());
    setCorsHeaders(needs.guard, request, response);
    if (isPreflight(request)) {
      needs.guard.check(request);
      return answerPreflight(response);
    }
    const page = needs.pages.get(path);
    if (page) return page(request, response, address);
    if (path.startsWith("/trpc/")) return trpc(request, response, address, requestId);
    return needs.rest(request, response);
  };

  const server = createServer(patience(needs.headersWithinMs), (request, response) => {
    const requestId = randomUUID();
    note(needs, request, response, requestId);
    setBaseHeaders(response, requestId);
    if (needs.isDraining()) response.setHeader("Connection", "close");
    mounts(request, response, requestId).catch((error: unknown) => {
      needs.reportError(error, { path: request.method, requestId });
      if (response.headersSent) return response.destroy();
      const refusal = toRefusal(error, requestId);
      answerRefusal(response, refusal, needs.errorBody(refusal));
    });
  });
  server.maxConnections = maxConnections;
  server.on("clientError", (error, connection) => answerBroken(needs, error, connection));
  return server;
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
  response.once("close", () => {
    const { method = "", url = "" } = request;
    const milliseconds = Math.round(performance.now() - startedAt);
    metrics.answered(method, response.statusCode, milliseconds / 1_000);
    if (!logger.isLevelEnabled("debug")) return;
    const entry = { requestId, method, url: loggableUrl(url), status: response.statusCode, milliseconds };
    logger.debug(entry, "Request");
  });
};

/** What is no HTTP never becomes a request, so it is answered on the bare connection. */
const answerBroken = (
  { errorBody }: HttpNeeds,
  error: NodeJS.ErrnoException,
  connection: import("node:stream").Duplex,
): void => {
  if (!connection.writable || error.code === "ECONNRESET") return void connection.destroy();
  const refusal = toRefusal(validationError({ path: "", message: "Not a valid HTTP request" }));
  const text = JSON.stringify(errorBody(refusal));
  const status = brokenStatus[error.code ?? ""] ?? "400 Bad Request";
  connection.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
  setTimeout(() => connection.destroy(), 1_000).unref();
};

const brokenStatus: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

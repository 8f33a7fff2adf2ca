import { createServer, type Server } from "node:http";
import type { ConnectionTimeouts } from "@adjourn/transports";
import { keepAliveMs, maxConnections, maxHeadBytes } from "../limits.js";
import { listenForUpgrades } from "../websocket/listen-for-upgrades.js";
import type { UpgradeHandler } from "../websocket/upgrade-handler.js";
import { type ConnectionGuard, guardConnections } from "./connection-guard.js";
import type { RequestHandler } from "./create-request-handler.js";
import { HttpResponse } from "./http-response.js";

interface HttpServerParts {
  readonly requests: RequestHandler;
  readonly upgrades: UpgradeHandler;
  readonly connections: ConnectionGuard;
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
  ServerResponse: HttpResponse,
});

/**
 * Creates a server of our own, which adds to the endpoints what only a server's own events allow: limits for connections,
 * for slow and for idle peers. It does not listen yet.
 */
export const createHttpServer = (
  { requests, upgrades, connections }: HttpServerParts,
  timeouts: ConnectionTimeouts,
): Server => {
  const server = createServer(bounds(timeouts));
  guardConnections(server, connections);
  server.on("request", requests.handle);
  // An unknown `Expect` header is ignored.
  server.on("checkExpectation", requests.handle);
  listenForUpgrades(server, upgrades, connections);
  server.maxConnections = maxConnections;
  server.timeout = timeouts.stalledReadMs;
  return server;
};

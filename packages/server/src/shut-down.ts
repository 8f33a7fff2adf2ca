import type { Server } from "node:http";
import { Server as NetServer } from "node:net";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { SessionService } from "@adjourn/sessions";
import type { Connections } from "./http/connections.js";
import type { WebSockets } from "./websocket/serve-websockets.js";

/** The progress of a shutdown. */
export interface ShutdownState {
  /** `/readyz` answers 503, so that load balancers stop sending requests; everything else is served. */
  isStopping: boolean;
  /** Subscribers are dropped and new calls get 503. */
  isDraining: boolean;
}

interface Parts {
  readonly server: Server;
  readonly webSockets: WebSockets;
  readonly connections: Connections;
  readonly sessions: SessionService;
  readonly shutdownState: ShutdownState;
}

/** Least time for which new calls get 503 before connections are refused. */
const refuseForMs = 1_000;
/** Longest travel time of a request on a connection that was accepted before the server stopped listening. */
const onTheWayMs = 100;
/** Longest wait for a pause in new connections before the server stops listening. */
const acceptForMs = 1_000;
/** Longest time for the last answers to be sent. */
const lingerMs = 1_000;

/**
 * When the server stops listening, the kernel resets connections that have not been accepted, with their requests. A turn of
 * the event loop accepts one connection, so this waits for turns without any.
 */
const acceptWaiting = async (connections: Connections): Promise<void> => {
  const deadline = performance.now() + acceptForMs;
  let quietTurns = 0;
  while (quietTurns < 2 && performance.now() < deadline) {
    const before = connections.accepted();
    await nextTurn();
    quietTurns = connections.accepted() === before ? quietTurns + 1 : 0;
  }
};

/** Stops a server in stages. With `graceMs` 0, no stage waits. */
export const shutDown = async (
  { server, webSockets, connections, sessions, shutdownState }: Parts,
  { graceMs, delayMs }: { readonly graceMs: number; readonly delayMs: number },
): Promise<void> => {
  shutdownState.isStopping = true;
  if (delayMs > 0) await sleep(delayMs);
  shutdownState.isDraining = true;
  connections.drain();
  webSockets.drain();
  await Promise.all([sessions.drain(graceMs), sleep(Math.min(refuseForMs, graceMs))]);
  const closed = new Promise((resolve) => server.once("close", resolve));
  await acceptWaiting(connections);
  // Node's own `close` would reset connections with a request in transit.
  NetServer.prototype.close.call(server);
  webSockets.close();
  if (graceMs > 0) {
    await sleep(onTheWayMs);
    connections.endIdle();
  } else server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), lingerMs);
  await closed;
  clearTimeout(cut);
  // Stops the timers of Node's HTTP server.
  server.close();
};

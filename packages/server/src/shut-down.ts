import type { Server } from "node:http";
import { Server as NetServer } from "node:net";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { SessionService } from "@adjourn/sessions";
import type { Connections } from "./http/connections.js";
import type { WebSockets } from "./websocket/serve-websockets.js";

/** How far a server is on its way out. */
export interface ShutdownState {
  /** It was told to stop: `/readyz` says so to whoever balances the load, everything else is served. */
  isStopping: boolean;
  /** Subscribers go, new calls get 503. */
  isDraining: boolean;
}

interface Parts {
  readonly server: Server;
  readonly webSockets: WebSockets;
  readonly connections: Connections;
  readonly sessions: SessionService;
  readonly shutdownState: ShutdownState;
}

/** How long new calls are refused with a 503, at least, before connections are. */
const refuseForMs = 1_000;
/** How long a request may have been on its way on a connection that was accepted before the server stopped listening. */
const onTheWayMs = 100;
/** How long connections may go on coming before the server stops listening all the same. */
const acceptForMs = 1_000;
/** How long answers may take to leave once nothing is under way any more. */
const lingerMs = 1_000;

/**
 * The kernel resets connections that nobody has accepted when the server stops listening, with the requests that are on
 * them. A turn of the event loop accepts one, so this waits for turns without any.
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

/** Takes a server out of service, one stage after the other. Without `graceMs` none waits for anybody. */
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
  // Node's own `close` would reset connections on which a request is on its way.
  NetServer.prototype.close.call(server);
  webSockets.close();
  if (graceMs > 0) {
    await sleep(onTheWayMs);
    connections.endIdle();
  } else server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), lingerMs);
  await closed;
  clearTimeout(cut);
  // It stops the timers that Node's HTTP server keeps.
  server.close();
};

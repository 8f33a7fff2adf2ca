import type { Server } from "node:http";
import { Server as NetServer } from "node:net";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { SessionService } from "@adjourn/sessions";
import type { Endpoints } from "./create-endpoints.js";
import type { ConnectionGuard } from "./http/connection-guard.js";
import type { ShutdownState } from "./shutdown-state.js";

interface Parts {
  readonly endpoints: Pick<Endpoints, "connections" | "upgrades">;
  readonly sessions: SessionService;
  readonly shutdownState: ShutdownState;
}

export interface StopTimes {
  /** How long replies in flight may take to finish, in ms; with 0, no stage waits. */
  readonly graceMs: number;
  /** How long everything is still served while `/readyz` answers 503, in ms. */
  readonly delayMs: number;
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
const acceptWaiting = async (connections: ConnectionGuard): Promise<void> => {
  const deadline = performance.now() + acceptForMs;
  let quietTurns = 0;
  while (quietTurns < 2 && performance.now() < deadline) {
    const before = connections.accepted();
    await nextTurn();
    quietTurns = connections.accepted() === before ? quietTurns + 1 : 0;
  }
};

/** The stages before the last connections are closed: subscribers are dropped and new calls refused. */
export const drain = async (
  { endpoints, sessions, shutdownState }: Parts,
  { graceMs, delayMs }: StopTimes,
): Promise<void> => {
  shutdownState.isStopping = true;
  if (delayMs > 0) await sleep(delayMs);
  shutdownState.isDraining = true;
  endpoints.connections.drain();
  endpoints.upgrades.drain();
  await Promise.all([sessions.drain(graceMs), sleep(Math.min(refuseForMs, graceMs))]);
};

/** Closes the sockets and lets the last answers be sent, on another program's server. */
export const closeEndpoints = async ({ connections, upgrades }: Parts["endpoints"]): Promise<void> => {
  upgrades.close();
  await connections.finishAnswers(lingerMs);
};

/** Closes a server of our own that has drained. */
export const closeServer = async (
  server: Server,
  { connections, upgrades }: Parts["endpoints"],
  graceMs: number,
): Promise<void> => {
  const closed = new Promise((resolve) => server.once("close", resolve));
  await acceptWaiting(connections);
  // Node's own `close` would reset connections with a request in transit.
  NetServer.prototype.close.call(server);
  upgrades.close();
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

import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import { maxBodyBytes } from "@adjourn/router";
import { validationError } from "@adjourn/sessions";
import { WebSocketServer } from "ws";
import { maxFragments } from "../limits.js";
import { type UpgradeDependencies, UpgradeHandler } from "./upgrade-handler.js";

export interface WebSockets {
  /** Drops subscribers, which reconnect to another node. A socket with pending calls closes after their answers. */
  drain(): void;
  close(): void;
}

/** Handles every upgrade of a server: refuses it by status, or passes the socket to tRPC or to a session's events. */
export const serveWebSockets = (server: Server, dependencies: UpgradeDependencies): WebSockets => {
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: maxBodyBytes,
    maxFragments,
    perMessageDeflate: false,
    // No subprotocol is supported; ws would select the first that is offered.
    handleProtocols: () => false,
  });
  const upgrades = new UpgradeHandler(server, wss, dependencies);
  wss.on("wsClientError", (error, connection) =>
    upgrades.refuse(connection, validationError({ path: "", message: error.message }), randomUUID()),
  );
  server.on("upgrade", (request, connection, head) => upgrades.handle(request, connection, head));
  return { drain: () => upgrades.drain(), close: () => upgrades.close() };
};

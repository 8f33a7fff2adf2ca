import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import type { ConnectionGuard } from "../http/connection-guard.js";
import { asksForWebSocket, ignoreUpgrade } from "./ignore-upgrade.js";
import type { UpgradeHandler } from "./upgrade-handler.js";

/** Passes every WebSocket of a server of our own to its handler, and serves other offers as if they had not been made. */
export const listenForUpgrades = (
  server: Server,
  upgrades: UpgradeHandler,
  connections: ConnectionGuard,
): void => {
  server.on("upgrade", (request, connection, head) => {
    if (asksForWebSocket(request)) {
      upgrades.handle(request, connection, head);
      return;
    }
    connection.on("error", cut);
    if (!connections.accepts(request)) return;
    const goOn = () => {
      connection.off("error", cut);
      ignoreUpgrade(server, request, connection, head);
    };
    // Pipelined requests before this one are answered first.
    connections
      .answered(request)
      .then(goOn)
      .catch(() => connection.destroy());
  });
};

function cut(this: Duplex): void {
  this.destroy();
}

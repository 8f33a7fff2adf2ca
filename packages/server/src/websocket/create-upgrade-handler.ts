import { randomUUID } from "node:crypto";
import { maxBodyBytes } from "@adjourn/router";
import { validationError } from "@adjourn/sessions";
import { WebSocketServer } from "ws";
import { maxFragments, socketFrames } from "../limits.js";
import { ServerSocket } from "./server-socket.js";
import { type UpgradeDependencies, UpgradeHandler } from "./upgrade-handler.js";

/**
 * ws cuts a socket for which more pongs wait to be written, without a code. A burst of pings is closed by the limit of frames
 * before. `@types/ws` lacks the option.
 */
const pongLimit = { maxPendingAutoPongs: socketFrames.control.burst + 1 };

/** Handles upgrades: refuses one by status, or passes the socket to tRPC or to a session's events. */
export const createUpgradeHandler = (dependencies: UpgradeDependencies): UpgradeHandler => {
  const wss = new WebSocketServer({
    WebSocket: ServerSocket,
    noServer: true,
    // ws would keep a function for each socket; the heartbeat knows them all.
    clientTracking: false,
    maxPayload: maxBodyBytes,
    maxFragments,
    ...pongLimit,
    perMessageDeflate: false,
    // No subprotocol is supported; ws would select the first that is offered.
    handleProtocols: () => false,
  });
  const upgrades = new UpgradeHandler(wss, dependencies);
  wss.on("wsClientError", (error, connection) =>
    upgrades.refuse(connection, validationError({ path: "", message: error.message }), randomUUID()),
  );
  return upgrades;
};

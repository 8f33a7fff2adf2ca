import { eventsPath } from "../../listening.js";
import { upgradeRequest } from "../../raw-peer.js";
import type { LeavingWire } from "../leaving-wire.js";

export const plainWebSocket: LeavingWire = {
  wire: "plain WebSocket",
  comesFor: "events",
  bytes: (url, { sessionId, token }) =>
    upgradeRequest(url, eventsPath(sessionId), [`Authorization: Bearer ${token}`]),
};

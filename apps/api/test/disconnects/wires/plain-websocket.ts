import { upgradeRequest } from "../../setup/raw-peer.js";
import { eventsPath } from "../../setup/subscribing.js";
import type { LeavingWire } from "../disconnect-wire.js";

export const plainWebSocket: LeavingWire = {
  wire: "plain WebSocket",
  comesFor: "events",
  bytes: (url, { sessionId, token }) =>
    upgradeRequest(url, eventsPath(sessionId), [`Authorization: Bearer ${token}`]),
};

import { request } from "../../setup/raw-peer.js";
import { eventsPath } from "../../setup/subscribing.js";
import type { LeavingWire } from "../disconnect-wire.js";

export const sse: LeavingWire = {
  wire: "SSE",
  comesFor: "events",
  bytes: (url, { sessionId, token }) =>
    request(url, `GET ${eventsPath(sessionId)}`, [`Authorization: Bearer ${token}`]),
};

export const trpcSse: LeavingWire = {
  wire: "tRPC over SSE",
  comesFor: "events",
  bytes: (url, { sessionId, token }) => {
    const input = encodeURIComponent(JSON.stringify({ sessionId }));
    return request(url, `GET /trpc/sessionEvents?input=${input}`, [
      `Authorization: Bearer ${token}`,
      "Accept: text/event-stream",
    ]);
  },
};

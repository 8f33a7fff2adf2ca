import { type Route, route } from "../rest/routes.js";

/** The last segment of a path decides what is done; the operation, who may do it. */
export const chatRoutes = {
  send: route("sendSessionMessage", {
    method: "POST",
    path: "/api/chat",
    body: true,
    namesSession: "body",
    idempotent: true,
  }),
  resume: route("sessionEvents", { method: "GET", path: "/api/chat/{sessionId}/stream" }),
  messages: route("getSessionMessages", { method: "GET", path: "/api/chat/{sessionId}/messages" }),
  stop: route("cancelReply", { method: "POST", path: "/api/chat/{sessionId}/stop", status: 204 }),
} as const satisfies Record<string, Route>;

/** The client posts its whole history. */
export const maxChatBytes = 4 * 1_024 * 1_024;

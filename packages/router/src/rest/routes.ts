import type { OperationId } from "../access.js";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** How the text of a query parameter is converted: unchanged, or to a number if it is one. */
export type QueryKind = "text" | "number";

export interface Route {
  readonly operation: RestOperation;
  readonly method: Method;
  /** The operationId in the OpenAPI document if it differs from the operation, since ids must be unique. */
  readonly operationId?: string;
  /** Path parameters are in braces. */
  readonly path: string;
  readonly status: 200 | 201 | 202 | 204;
  readonly query: Readonly<Record<string, QueryKind>>;
  /** Whether the input comes from a JSON body. */
  readonly body: boolean;
  /** Where a request names its session; in the address, if missing. */
  readonly namesSession?: "body";
  /** Whether the `Idempotency-Key` header is read. */
  readonly idempotent: boolean;
  /** The fields of the result that REST shows; all of them if missing. */
  readonly shows?: readonly string[];
}

/** Every operation except the admin feed, which only tRPC has. */
export type RestOperation = Exclude<OperationId, "adminEvents">;

const sessions = "/api/messaging/sessions";
const session = `${sessions}/{sessionId}`;
const channel = "/api/messaging/channels/{channelId}";
const blocks = "/api/messaging/blocks";
const block = `${blocks}/{userId}`;

const list = {
  agentId: "text",
  userId: "text",
  search: "text",
  q: "text",
  from: "text",
  to: "text",
  limit: "number",
  cursor: "text",
} as const;
const { limit: _, cursor: __, ...filter } = list;
const range = { limit: "number", before: "text", after: "text" } as const;

type Entry = Pick<Route, "method" | "path"> & Partial<Route>;

const entries: Readonly<Record<RestOperation, Entry>> = {
  createSession: { method: "POST", path: sessions, status: 201, body: true, idempotent: true },
  listSessions: { method: "GET", path: sessions, query: { ...list, activity: "text", sort: "text" } },
  getSessionsHealth: { method: "GET", path: `${sessions}/health` },
  endSessions: { method: "POST", path: `${sessions}/end`, body: true },
  getSession: { method: "GET", path: session },
  endSession: {
    method: "DELETE",
    path: session,
    query: { reason: "text" },
    idempotent: true,
    shows: ["success", "message"],
  },
  renewSession: { method: "POST", path: `${session}/renew` },
  updateSessionTimeout: { method: "PATCH", path: `${session}/timeout`, body: true },
  sessionHeartbeat: { method: "POST", path: `${session}/heartbeat` },
  sendSessionMessage: {
    method: "POST",
    path: `${session}/messages`,
    status: 201,
    body: true,
    idempotent: true,
  },
  cancelReply: { method: "POST", path: `${session}/replies/{messageId}/cancel`, body: true },
  getSessionMessages: { method: "GET", path: `${session}/messages`, query: range },
  sessionEvents: { method: "GET", path: `${session}/events`, query: { lastEventId: "text" } },
  getChannelMessages: { method: "GET", path: `${channel}/messages`, query: range },
  eraseChannel: { method: "DELETE", path: channel },
  exportChannel: { method: "GET", path: `${channel}/export`, query: { format: "text" } },
  exportEndings: {
    method: "GET",
    path: "/api/messaging/endings/export",
    query: { ...filter, cause: "text", actor: "text", format: "text" },
  },
  eraseUser: { method: "DELETE", path: "/api/messaging/users/{userId}" },
  listEndings: {
    method: "GET",
    path: "/api/messaging/endings",
    query: { ...list, cause: "text", actor: "text" },
  },
  getEnding: { method: "GET", path: "/api/messaging/endings/{sessionId}" },
  blockUser: { method: "PUT", path: block, body: true },
  unblockUser: { method: "DELETE", path: block },
  listBlocks: { method: "GET", path: blocks, query: { limit: "number", cursor: "text" } },
  getStatistics: {
    method: "GET",
    path: "/api/messaging/statistics",
    query: { from: "text", to: "text", points: "number" },
  },
  issueTicket: { method: "POST", path: "/api/tickets", status: 201 },
  listWebhookDeliveries: {
    method: "GET",
    path: "/api/webhooks/deliveries",
    query: { endpoint: "text", status: "text", sessionId: "text", limit: "number", cursor: "text" },
  },
  resendWebhook: { method: "POST", path: "/api/webhooks/deliveries/{id}/resend", status: 202 },
  listAgents: { method: "GET", path: "/api/agents", shows: ["success", "data"] },
};

export const route = (operation: RestOperation, entry: Entry): Route => ({
  status: 200,
  query: {},
  body: false,
  idempotent: false,
  ...entry,
  operation,
});

/** The REST routes. The procedures define inputs and outputs. */
export const routes: readonly Route[] = Object.entries(entries).map(([operation, entry]) =>
  route(operation as RestOperation, entry),
);

export const eventsRoute = route("sessionEvents", entries.sessionEvents);

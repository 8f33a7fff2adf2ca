import type { AppRouter } from "@adjourn/router";
import {
  createTRPCClient,
  createWSClient,
  httpLink,
  TRPCClientError,
  type TRPCLink,
  type TRPCWebSocketClient,
  wsLink,
} from "@trpc/client";
import { WebSocket } from "ws";
import { echoId, userId } from "./test-server.js";

// Node 20 has no WebSocket of its own for tRPC's client to find.
Reflect.set(globalThis, "WebSocket", WebSocket);

/** What any wire answers, brought to one form: `code` and `details` only where it refused. */
export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly code?: string | undefined;
  readonly details?: Record<string, unknown> | undefined;
}

/** One way in: calls an operation by its operationId. */
export interface Wire extends AsyncDisposable {
  call(operation: string, input?: Record<string, unknown>): Promise<Answer>;
}

export interface WireOptions {
  readonly key?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** What stands in the address behind `?ticket=`. */
  readonly ticket?: string | undefined;
}

const restRoutes: Readonly<Record<string, readonly [method: string, path: string]>> = {
  createSession: ["POST", "/api/messaging/sessions"],
  listSessions: ["GET", "/api/messaging/sessions"],
  getSessionsHealth: ["GET", "/api/messaging/sessions/health"],
  getSession: ["GET", "/api/messaging/sessions/{sessionId}"],
  endSession: ["DELETE", "/api/messaging/sessions/{sessionId}"],
  renewSession: ["POST", "/api/messaging/sessions/{sessionId}/renew"],
  updateSessionTimeout: ["PATCH", "/api/messaging/sessions/{sessionId}/timeout"],
  sessionHeartbeat: ["POST", "/api/messaging/sessions/{sessionId}/heartbeat"],
  sendSessionMessage: ["POST", "/api/messaging/sessions/{sessionId}/messages"],
  cancelReply: ["POST", "/api/messaging/sessions/{sessionId}/replies/{messageId}/cancel"],
  getSessionMessages: ["GET", "/api/messaging/sessions/{sessionId}/messages"],
  getChannelMessages: ["GET", "/api/messaging/channels/{channelId}/messages"],
  eraseChannel: ["DELETE", "/api/messaging/channels/{channelId}"],
  eraseUser: ["DELETE", "/api/messaging/users/{userId}"],
  listEndings: ["GET", "/api/messaging/endings"],
  getEnding: ["GET", "/api/messaging/endings/{sessionId}"],
  getStatistics: ["GET", "/api/messaging/statistics"],
  endSessions: ["POST", "/api/messaging/sessions/end"],
  blockUser: ["PUT", "/api/messaging/blocks/{userId}"],
  unblockUser: ["DELETE", "/api/messaging/blocks/{userId}"],
  listBlocks: ["GET", "/api/messaging/blocks"],
  issueTicket: ["POST", "/api/tickets"],
  listAgents: ["GET", "/api/agents"],
  listWebhookDeliveries: ["GET", "/api/webhooks/deliveries"],
  resendWebhook: ["POST", "/api/webhooks/deliveries/{id}/resend"],
};

const queries = new Set([
  "listSessions",
  "getSessionsHealth",
  "getSession",
  "getSessionMessages",
  "getChannelMessages",
  "listEndings",
  "listBlocks",
  "getEnding",
  "getStatistics",
  "listAgents",
  "listWebhookDeliveries",
]);

/** How a procedure is called over tRPC. */
export const kindOf = (operation: string): "query" | "mutation" | "subscription" => {
  if (operation === "sessionEvents" || operation === "adminEvents") return "subscription";
  return queries.has(operation) ? "query" : "mutation";
};

const bearer = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { Authorization: `Bearer ${key}` };

export const restWire = (url: string, { key, headers, ticket }: WireOptions = {}): Wire => ({
  call: async (operation, input = {}) => {
    const [method, template] = restRoutes[operation] ?? ["GET", `/no-route/${operation}`];
    const { idempotencyKey, ...rest } = input;
    const fields = new Map(Object.entries(rest));
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = String(fields.get(name));
      fields.delete(name);
      return encodeURIComponent(value);
    });
    const hasBody = ["POST", "PUT", "PATCH"].includes(method);
    const query = new URLSearchParams(
      hasBody ? [] : [...fields].map(([name, value]) => [name, String(value)]),
    );
    if (ticket !== undefined) query.set("ticket", ticket);
    const response = await fetch(`${url}${path}${query.size === 0 ? "" : `?${query}`}`, {
      method,
      headers: {
        ...bearer(key),
        ...headers,
        ...(hasBody ? { "Content-Type": "application/json" } : {}),
        ...(idempotencyKey === undefined ? {} : { "Idempotency-Key": String(idempotencyKey) }),
      },
      body: hasBody ? JSON.stringify(Object.fromEntries(fields)) : null,
    });
    const body = (await response.json()) as Record<string, unknown>;
    return {
      status: response.status,
      body,
      ...(response.ok ? {} : { code: body.code as string, details: body.details as Record<string, unknown> }),
    };
  },
  [Symbol.asyncDispose]: async () => {},
});

const trpcWire = (link: TRPCLink<AppRouter>, close: () => Promise<void>): Wire => {
  const client = createTRPCClient<AppRouter>({ links: [link] });
  return {
    call: async (operation, input) => {
      // Operations come by name here, which the typed client has no call for.
      const procedure = Reflect.get(client, operation);
      try {
        const body = await (queries.has(operation) ? procedure.query(input) : procedure.mutate(input));
        return { status: 200, body };
      } catch (error) {
        if (!(error instanceof TRPCClientError) || !error.data) throw error;
        const { httpStatus, session } = error.data;
        return { status: httpStatus, body: error.data, code: session.code, details: session.details };
      }
    },
    [Symbol.asyncDispose]: close,
  };
};

export const trpcHttpWire = (url: string, { key }: WireOptions = {}): Wire =>
  trpcWire(httpLink({ url: `${url}/trpc`, headers: bearer(key) }), async () => {});

export const openTrpcSocket = (
  url: string,
  connectionParams?: Record<string, string>,
  lazy = false,
): TRPCWebSocketClient =>
  createWSClient({
    url: `${url.replace("http", "ws")}/trpc`,
    retryDelayMs: () => 50,
    ...(lazy ? { lazy: { enabled: true, closeMs: 50 } } : {}),
    ...(connectionParams ? { connectionParams } : {}),
  });

export const trpcWsWire = (url: string, { key }: WireOptions = {}): Wire => {
  const socket = openTrpcSocket(url, key === undefined ? undefined : { token: key });
  return trpcWire(wsLink({ client: socket }), () => socket.close());
};

/** Every wire an operation can come in by, for `describe.each`. */
export const wires = [
  { wire: "REST", open: restWire },
  { wire: "tRPC over HTTP", open: trpcHttpWire },
  { wire: "tRPC over WebSocket", open: trpcWsWire },
] as const;

/** A new session; its ids. */
export const createSession = async (
  wire: Wire,
  input: Record<string, unknown> = {},
): Promise<{ sessionId: string; channelId: string; createdAt: string; token: string }> => {
  const { status, body } = await wire.call("createSession", { agentId: echoId, userId, ...input });
  if (status > 201) throw new Error(`no session: ${JSON.stringify(body)}`);
  return body as { sessionId: string; channelId: string; createdAt: string; token: string };
};

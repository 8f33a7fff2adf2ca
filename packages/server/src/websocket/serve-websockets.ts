import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import {
  authenticateRequest,
  type Credentials,
  maxBodyBytes,
  type Principal,
  parseRequestTarget,
  type Refusal,
  toRefusal,
  unreadableTarget,
} from "@adjourn/router";
import { SessionError, type SessionService, validationError } from "@adjourn/sessions";
import {
  type ConnectionTimeouts,
  closeSocket,
  dropCloses,
  Heartbeat,
  pauseWhileUnsent,
  UnreadSocketBytes,
} from "@adjourn/transports";
import { type WebSocket, WebSocketServer } from "ws";
import { clientAddress } from "../admission/client-address.js";
import { type RequestGuard, stranger } from "../admission/request-guard.js";
import type { Connections } from "../http/connections.js";
import { refuseConnection } from "../http/refuse-connection.js";
import { maxFragments } from "../limits.js";
import { networkOf } from "../network-address.js";
import type { ReportError } from "../observability/report-error.js";
import type { TrustedProxies } from "../settings.js";
import { createFrameLimit, isTrusted } from "./frame-limit.js";
import { asksForWebSocket, ignoreUpgrade } from "./ignore-upgrade.js";
import { enterPlainEvents, eventsSegment } from "./plain-events.js";
import { createTrpcWebSocket } from "./trpc-websocket.js";

export interface WebSocketDependencies {
  readonly sessions: SessionService;
  readonly credentials: Credentials;
  readonly isDraining: () => boolean;
  readonly gate: RequestGuard;
  readonly connections: Connections;
  readonly errorBody: (refusal: Refusal) => object;
  readonly reportError: ReportError;
  readonly connectionTimeouts: ConnectionTimeouts;
  readonly trustProxy: TrustedProxies;
}

export interface WebSockets {
  /** Drops subscribers, which reconnect to another node. A socket with pending calls closes after their answers. */
  drain(): void;
  close(): void;
}

/** Handles every upgrade: refuses it by status, or passes the socket to tRPC or to a session's events. */
export const serveWebSockets = (server: Server, dependencies: WebSocketDependencies): WebSockets => {
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: maxBodyBytes,
    maxFragments,
    perMessageDeflate: false,
    // No subprotocol is supported; ws would select the first that is offered.
    handleProtocols: () => false,
  });
  const heartbeat = new Heartbeat(dependencies.connectionTimeouts, (error) =>
    dependencies.reportError(error, { path: "heartbeat" }),
  );
  const frames = createFrameLimit();
  const unread = new UnreadSocketBytes();
  const trpc = createTrpcWebSocket({ ...dependencies, wss, frames });

  const onUpgrade = async (request: IncomingMessage, connection: Duplex, head: Buffer, requestId: string) => {
    const { segment, query, principal } = await admitUpgrade(dependencies, request);
    const upgrade = (opened: (socket: WebSocket) => void) => {
      if (!connection.destroyed)
        wss.handleUpgrade(request, connection, head, watched(principal, connection, opened));
    };
    if (segment === null) {
      requirePrincipal(principal, query);
      refuseIfDraining();
      if (principal.role === "session") await dependencies.sessions.getSession(principal);
      return upgrade((socket) =>
        trpc.accept(socket, request, {
          principal,
          requestId,
          connection,
          watchUnread: (opened, caller) => watchUnread(opened, caller, request),
        }),
      );
    }
    requireHandshake(request);
    refuseIfDraining();
    const lastEventId = query.get("lastEventId");
    const entered = await enterPlainEvents(dependencies.sessions, principal, { segment, lastEventId });
    let isOpen = false;
    upgrade((socket) => {
      isOpen = true;
      entered.attach(socket, watchUnread(socket, principal, request));
    });
    if (!isOpen) entered.abandon();
  };

  const watched =
    (principal: Principal, connection: Duplex, opened: (socket: WebSocket) => void) =>
    (socket: WebSocket) => {
      // ws closes a socket after a protocol error by itself.
      socket.on("error", ignore);
      frames.watch(socket);
      if (isTrusted(principal)) frames.trust(socket);
      pauseWhileUnsent(socket, connection);
      heartbeat.watch(socket, connection);
      opened(socket);
    };

  const watchUnread = (socket: WebSocket, principal: Principal, request: IncomingMessage) =>
    unread.watch(
      socket,
      isTrusted(principal) ? null : networkOf(clientAddress(request, dependencies.trustProxy)),
    );

  const refuseIfDraining = () => {
    if (dependencies.isDraining())
      throw new SessionError("SERVICE_UNAVAILABLE", "The server is shutting down");
  };

  const refuse = (connection: Duplex, error: unknown, requestId: string) => {
    dependencies.reportError(error, { path: "upgrade", requestId });
    const refusal = toRefusal(error, requestId);
    refuseConnection(connection, refusal, dependencies.errorBody(refusal), requestId);
  };

  wss.on("wsClientError", (error, connection) =>
    refuse(connection, validationError({ path: "", message: error.message }), randomUUID()),
  );
  server.on("upgrade", (request, connection, head) => {
    connection.on("error", cut);
    if (!dependencies.connections.accepts(request)) return;
    if (!asksForWebSocket(request)) {
      const goOn = () => {
        connection.off("error", cut);
        ignoreUpgrade(server, request, connection, head);
      };
      // Pipelined requests before this one are answered first.
      dependencies.connections
        .answered(request)
        .then(goOn)
        .catch(() => connection.destroy());
      return;
    }
    const requestId = randomUUID();
    dependencies.connections.beginUpgrade(request);
    onUpgrade(request, connection, head, requestId).catch((error) => refuse(connection, error, requestId));
  });

  return {
    drain: () => trpc.sendAway(dropCloses.draining),
    close: () => {
      heartbeat.stop();
      for (const socket of wss.clients) closeSocket(socket, dropCloses.draining);
    },
  };
};

interface Upgrade {
  /** The session id of an events path, still encoded; null for tRPC. */
  readonly segment: string | null;
  readonly query: URLSearchParams;
  readonly principal: Principal;
}

/** The checks before key and role. @throws SessionError `NOT_FOUND`, `METHOD_NOT_ALLOWED`, `FORBIDDEN`, `RATE_LIMITED` */
const admitUpgrade = async (
  { credentials, gate }: WebSocketDependencies,
  request: IncomingMessage,
): Promise<Upgrade> => {
  const target = parseRequestTarget(request.url);
  if (!target) {
    await gate.admit(request, stranger);
    throw unreadableTarget();
  }
  const { path, search: query } = target;
  const segment = eventsSegment(path);
  if (path !== "/trpc" && segment === null)
    throw new SessionError("NOT_FOUND", "No WebSocket is served at this path", { path });
  if (request.method !== "GET") throw new SessionError("METHOD_NOT_ALLOWED", "Only GET upgrades");
  const principal = await authenticateRequest(credentials, request.headers, query);
  await gate.admit(request, principal);
  return { segment, query, principal };
};

/**
 * An `error` event without a handler would end the process. One function for all sockets, since a closure per socket would
 * retain its request for as long as the socket lives.
 */
const ignore = (): void => {};

/** Likewise for a connection that Node no longer manages. */
function cut(this: Duplex): void {
  this.destroy();
}

/** On a tRPC socket a key may also come in `connectionParams`, if the address announces them. */
const requirePrincipal = (principal: Principal, query: URLSearchParams): void => {
  if (principal.role !== "nobody") return;
  const isMissing = principal.why === "missing";
  if (isMissing && query.get("connectionParams") === "1") return;
  throw new SessionError("UNAUTHORIZED", isMissing ? "A key is required" : "The key is not valid");
};

/** Refuses a handshake that ws would refuse, before anything subscribes for it. */
const requireHandshake = ({ headers }: IncomingMessage): void => {
  const { upgrade, "sec-websocket-key": key, "sec-websocket-version": version } = headers;
  const isHandshake =
    upgrade?.toLowerCase() === "websocket" &&
    /^[+/0-9A-Za-z]{22}==$/.test(key ?? "") &&
    (version === "13" || version === "8");
  if (!isHandshake) throw validationError({ path: "", message: "Not a WebSocket handshake" });
};

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { authenticateRequest, type Credentials, type Principal, type RequestTarget } from "@adjourn/router";
import { SessionError, type SessionService } from "@adjourn/sessions";
import {
  type ConnectionTimeouts,
  dropCloses,
  isPeerGone,
  UnreadSocketBytes,
  type UnreadSocketLimits,
} from "@adjourn/transports";
import type { Socket as EngineConnection, Server as EngineServer } from "engine.io";
import { Server, type Socket } from "socket.io";
import { clientAddress, senderOf } from "../admission/client-address.js";
import { type RequestGuard, unreadableCaller } from "../admission/request-guard.js";
import { networkOf } from "../network-address.js";
import type { ReportError } from "../observability/report-error.js";
import type { Tracing } from "../observability/tracing/tracing.js";
import type { TrustedProxies } from "../settings.js";
import { createFrameLimit, isTrusted } from "../websocket/frame-limit.js";
import { createEngine, type EngineDependencies, queryOf } from "./create-engine.js";
import { EnginePeer } from "./engine-peer.js";
import { webSocketOf } from "./engine-socket.js";
import { type Admitted, GatewaySocket } from "./gateway-socket.js";
import { authenticateSocket, connectError, entityIdOf } from "./socket-handshake.js";

export interface GatewayDependencies extends EngineDependencies {
  readonly sessions: SessionService;
  readonly credentials: Credentials;
  readonly requestGuard: RequestGuard;
  readonly isDraining: () => boolean;
  readonly reportError: ReportError;
  readonly tracing: Tracing | null;
  readonly trustProxy: TrustedProxies;
  readonly connectionTimeouts: ConnectionTimeouts;
  readonly unreadSocketLimits: UnreadSocketLimits | undefined;
}

/** A connection, which has one socket at a time, so that its limits hold. */
interface Connection {
  readonly peer: EnginePeer;
  /** From the socket's `CONNECT` until it disconnects. */
  hasSocket: boolean;
  /** Once the socket is admitted. */
  admitted: (Admitted & { readonly gatewaySocket: GatewaySocket; readonly entityId: string }) | null;
}

/** Serves Socket.IO at `/socket.io/` for ElizaOS front ends (contract §9). */
export interface SocketIoGateway {
  /** @throws SessionError `FORBIDDEN`, `RATE_LIMITED`, `SERVICE_UNAVAILABLE` */
  handleRequest(request: IncomingMessage, response: ServerResponse, target: RequestTarget): Promise<void>;
  /** @throws like {@link handleRequest} */
  handleUpgrade(
    request: IncomingMessage,
    connection: Duplex,
    head: Buffer,
    target: RequestTarget,
  ): Promise<void>;
  /** Closes every transport. */
  drain(): void;
  close(): void;
}

export const createSocketIoGateway = (dependencies: GatewayDependencies): SocketIoGateway =>
  new Gateway(dependencies);

class Gateway implements SocketIoGateway {
  private readonly frames = createFrameLimit();
  private readonly unread: UnreadSocketBytes;
  private readonly engine: EngineServer;
  /** By the first request of each connection. */
  private readonly principals = new WeakMap<IncomingMessage, Principal>();
  private readonly connections = new Map<EngineConnection, Connection>();

  constructor(private readonly dependencies: GatewayDependencies) {
    this.unread = new UnreadSocketBytes(dependencies.unreadSocketLimits);
    this.engine = createEngine(dependencies, (socket) => this.frames.watch(socket));
    this.engine.on("connection", (connection: EngineConnection) => this.connected(connection));
    const io = new Server({
      serveClient: false,
      connectTimeout: dependencies.connectionTimeouts.connectionParamsMs,
    });
    io.bind(this.engine);
    io.use((socket, next) => {
      this.admit(socket).then(
        () => next(),
        (error: unknown) => {
          dependencies.reportError(error, { path: "socket.io" });
          next(connectError(error));
        },
      );
    });
    io.on("connection", (socket) => this.welcome(socket));
  }

  async handleRequest(
    request: IncomingMessage,
    response: ServerResponse,
    target: RequestTarget,
  ): Promise<void> {
    await this.admitRequest(request, target);
    if (!isPeerGone(response)) this.engine.handleRequest(Object.assign(request, queryOf(target)), response);
  }

  async handleUpgrade(
    request: IncomingMessage,
    connection: Duplex,
    head: Buffer,
    target: RequestTarget,
  ): Promise<void> {
    await this.admitRequest(request, target);
    if (!connection.destroyed)
      this.engine.handleUpgrade(Object.assign(request, queryOf(target)), connection, head);
  }

  drain(): void {
    for (const { peer } of this.connections.values()) peer.close(dropCloses.draining);
  }

  close(): void {
    this.drain();
  }

  /** Of a handshake, the engine has `Host` and `Origin` checked. */
  private async admitRequest(request: IncomingMessage, target: RequestTarget): Promise<void> {
    const { credentials, requestGuard, isDraining } = this.dependencies;
    const principal = await authenticateRequest(credentials, request.headers, target);
    if (target.search.has("sid")) await requestGuard.admit(request, principal);
    else await requestGuard.count(request, principal);
    if (isDraining()) throw new SessionError("SERVICE_UNAVAILABLE", "The server is shutting down");
    this.principals.set(request, principal);
  }

  private connected(connection: EngineConnection): void {
    const peer = new EnginePeer(connection);
    const record: Connection = { peer, hasSocket: false, admitted: null };
    this.connections.set(connection, record);
    connection.once("close", () => {
      this.connections.delete(connection);
      record.admitted?.gatewaySocket.closed();
    });
    connection.on("upgrade", () => {
      if (record.admitted) this.applyLimits(connection, record.admitted);
    });
    // The checks of input expect JSON, and no ElizaOS client sends binary data.
    connection.on("packet", ({ type, data }: { type: string; data?: unknown }) => {
      if (type === "message" && typeof data !== "string") peer.destroy();
    });
  }

  private async admit(socket: Socket): Promise<void> {
    const { credentials, sessions, requestGuard, trustProxy } = this.dependencies;
    const { conn: connection, handshake } = socket;
    const record = this.connections.get(connection);
    if (!record || record.hasSocket) throw new SessionError("RATE_LIMITED", "Connected already");
    record.hasSocket = true;
    const { request } = connection;
    const principal = await authenticateSocket(
      credentials,
      handshake.auth,
      this.principals.get(request) ?? unreadableCaller,
    );
    const entityId = entityIdOf(handshake.auth);
    const sender = senderOf(request, trustProxy);
    if (principal.role === "admin" || principal.role === "service")
      await requestGuard.count(sender, principal, 0);
    if (connection.readyState !== "open") return;
    const admitted = { principal, sender };
    const gatewaySocket = new GatewaySocket(socket, record.peer, admitted, this.dependencies);
    record.admitted = { ...admitted, gatewaySocket, entityId };
    if (principal.role === "session")
      gatewaySocket.watchEnd(await sessions.watchEnd(principal, () => gatewaySocket.sessionEnded()));
    this.applyLimits(connection, admitted);
  }

  private welcome(socket: Socket): void {
    const record = this.connections.get(socket.conn);
    if (!record?.admitted) {
      socket.disconnect(true);
      return;
    }
    const { gatewaySocket, entityId } = record.admitted;
    socket.on("disconnect", () => {
      gatewaySocket.closed();
      record.admitted = null;
      record.hasSocket = false;
    });
    socket.onAny((event: string, payload: unknown) => gatewaySocket.receive(event, payload));
    socket.emit("authenticated", { entityId, timestamp: Date.now() });
    socket.emit("connection_established", { message: "Connected to Adjourn", socketId: socket.id });
  }

  private applyLimits(connection: EngineConnection, { principal, sender }: Admitted): void {
    const socket = webSocketOf(connection);
    if (!socket) return;
    const hasKey = isTrusted(principal);
    if (hasKey) this.frames.trust(socket);
    this.unread.watch(socket, hasKey ? null : networkOf(clientAddress(sender, this.dependencies.trustProxy)));
  }
}

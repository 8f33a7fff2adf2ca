import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import {
  type Credentials,
  type Principal,
  parseRequestTarget,
  type Refusal,
  toRefusal,
} from "@adjourn/router";
import { SessionError, type SessionService } from "@adjourn/sessions";
import {
  type ConnectionTimeouts,
  closeSocket,
  dropCloses,
  Heartbeat,
  UnreadSocketBytes,
  type UnreadSocketLimits,
} from "@adjourn/transports";
import { clientAddress, type Sender, senderOf } from "../admission/client-address.js";
import { hasSeveralHosts } from "../admission/host-header.js";
import type { RequestGuard } from "../admission/request-guard.js";
import type { ConnectionGuard } from "../http/connection-guard.js";
import { refuseConnection } from "../http/refuse-connection.js";
import { networkOf } from "../network-address.js";
import type { ReportError } from "../observability/report-error.js";
import type { Tracing } from "../observability/tracing/tracing.js";
import type { TrustedProxies } from "../settings.js";
import type { SocketIoGateway } from "../socket-io/socket-io-gateway.js";
import { isSocketIoPath } from "../socket-io/socket-io-path.js";
import {
  admitUpgrade,
  isSocketPath,
  requireHandshake,
  requirePrincipal,
  type Upgrade,
} from "./admit-upgrade.js";
import { createFrameLimit, isTrusted } from "./frame-limit.js";
import { asksForWebSocket } from "./ignore-upgrade.js";
import { subscribePlainEvents } from "./plain-events.js";
import type { ServerSocket, SocketServer } from "./server-socket.js";
import { createTrpcWebSocket } from "./trpc-websocket.js";

export interface UpgradeDependencies {
  readonly sessions: SessionService;
  readonly credentials: Credentials;
  readonly isDraining: () => boolean;
  readonly requestGuard: RequestGuard;
  readonly connections: ConnectionGuard;
  readonly errorBody: (refusal: Refusal) => object;
  readonly reportError: ReportError;
  readonly connectionTimeouts: ConnectionTimeouts;
  readonly trustProxy: TrustedProxies;
  /** Null if Socket.IO is not served. */
  readonly socketIo: SocketIoGateway | null;
  readonly tracing: Tracing | null;
  readonly unreadSocketLimits: UnreadSocketLimits | undefined;
}

/** An upgrade request with its connection. */
interface Offer {
  readonly request: IncomingMessage;
  readonly connection: Duplex;
  readonly head: Buffer;
  readonly requestId: string;
}

/** Admits upgrades and opens their sockets. */
export class UpgradeHandler {
  private readonly heartbeat: Heartbeat;
  private readonly frames = createFrameLimit();
  private readonly unread: UnreadSocketBytes;
  private readonly trpc: ReturnType<typeof createTrpcWebSocket>;

  constructor(
    private readonly wss: SocketServer,
    private readonly dependencies: UpgradeDependencies,
  ) {
    this.unread = new UnreadSocketBytes(dependencies.unreadSocketLimits);
    this.heartbeat = new Heartbeat(dependencies.connectionTimeouts, (error) =>
      dependencies.reportError(error, { path: "heartbeat" }),
    );
    this.trpc = createTrpcWebSocket({
      ...dependencies,
      wss,
      traceCall: dependencies.tracing?.call,
      frames: this.frames,
      watchUnread: (socket, principal, sender) => this.watchUnread(socket, principal, sender),
    });
  }

  /** Whether an upgrade is for an endpoint. Others are left to the application around it. */
  serves(request: IncomingMessage): boolean {
    const target = parseRequestTarget(request.url);
    if (target === null || !asksForWebSocket(request)) return false;
    return isSocketPath(target.path) || (this.dependencies.socketIo !== null && isSocketIoPath(target));
  }

  handle(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    const { connections } = this.dependencies;
    connection.on("error", cut);
    if (!connections.accepts(request)) return;
    const requestId = randomUUID();
    connections.beginUpgrade(request);
    const { tracing } = this.dependencies;
    const open = () => this.open({ request, connection, head, requestId });
    (tracing ? tracing.upgrade(request, open) : open()).catch((error) =>
      this.refuse(connection, error, requestId),
    );
  }

  refuse(connection: Duplex, error: unknown, requestId: string): void {
    const { reportError, errorBody } = this.dependencies;
    reportError(error, { path: "upgrade", requestId });
    const refusal = toRefusal(error, requestId);
    refuseConnection(connection, refusal, errorBody(refusal), requestId);
  }

  drain(): void {
    this.trpc.sendAway(dropCloses.draining);
    this.dependencies.socketIo?.drain();
  }

  close(): void {
    this.heartbeat.stop();
    this.dependencies.socketIo?.close();
    for (const socket of this.heartbeat.sockets) closeSocket(socket, dropCloses.draining);
  }

  private async open(offer: Offer): Promise<void> {
    const { socketIo } = this.dependencies;
    const target = parseRequestTarget(offer.request.url);
    if (socketIo && target && isSocketIoPath(target) && !hasSeveralHosts(offer.request))
      return socketIo.handleUpgrade(offer.request, offer.connection, offer.head, target);
    const upgrade = await admitUpgrade(this.dependencies, offer.request);
    if (upgrade.segment === null) await this.openTrpc(offer, upgrade);
    else await this.openPlainEvents(offer, upgrade, upgrade.segment);
  }

  private async openTrpc(offer: Offer, { target, principal }: Upgrade): Promise<void> {
    requirePrincipal(principal, target);
    this.refuseIfDraining();
    // The token of a session that is gone opens no socket.
    if (principal.role === "session") await this.dependencies.sessions.getSession(principal);
    const { request } = offer;
    // Copied: it is kept with the socket, and a new UUID is a chain of nine strings.
    const requestId = Buffer.from(offer.requestId, "latin1").toString("latin1");
    const sender = senderOf(request, this.dependencies.trustProxy);
    const expectsParams = target.search.get("connectionParams") === "1";
    this.upgrade(offer, principal, (socket) =>
      this.trpc.accept(socket, { principal, requestId, sender, expectsParams }),
    );
  }

  private async openPlainEvents(
    offer: Offer,
    { target, principal }: Upgrade,
    segment: string,
  ): Promise<void> {
    requireHandshake(offer.request);
    this.refuseIfDraining();
    const subscriber = await subscribePlainEvents(this.dependencies.sessions, principal, { segment, target });
    let isOpen = false;
    this.upgrade(offer, principal, (socket) => {
      isOpen = true;
      this.watchUnread(socket, principal, offer.request);
      subscriber.attach(socket);
    });
    if (!isOpen) subscriber.abandon();
  }

  /** Opens the socket unless its connection was lost; `opened` is called in the same turn. */
  private upgrade(
    { request, connection, head }: Offer,
    principal: Principal,
    opened: (socket: ServerSocket) => void,
  ): void {
    if (connection.destroyed) return;
    this.wss.handleUpgrade(request, connection, head, (socket) => {
      socket.accept(connection);
      // ws has a listener of its own now, and two would cost an array a socket.
      connection.off("error", cut);
      // ws closes a socket after a protocol error by itself.
      socket.on("error", ignoreError);
      this.frames.watch(socket);
      if (isTrusted(principal)) this.frames.trust(socket);
      this.heartbeat.watch(socket);
      opened(socket);
    });
  }

  private watchUnread(socket: ServerSocket, principal: Principal, sender: Sender): void {
    const { trustProxy } = this.dependencies;
    this.unread.watch(socket, isTrusted(principal) ? null : networkOf(clientAddress(sender, trustProxy)));
  }

  private refuseIfDraining(): void {
    if (this.dependencies.isDraining())
      throw new SessionError("SERVICE_UNAVAILABLE", "The server is shutting down");
  }
}

/**
 * An `error` event without a handler would end the process. One function for all sockets, since a closure per socket would
 * retain its request for as long as the socket lives.
 */
const ignoreError = (): void => {};

/** Likewise for a connection that Node no longer manages. */
function cut(this: Duplex): void {
  this.destroy();
}

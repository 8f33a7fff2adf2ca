import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type Refusal, toRefusal } from "@adjourn/router";
import { SessionError, validationError } from "@adjourn/sessions";
import { UnreadResponseBytes } from "@adjourn/transports";
import { clientAddress, isProxy, peerAddress } from "../admission/client-address.js";
import type { ConnectionSlots } from "../admission/connection-slots.js";
import { maxPipelined } from "../limits.js";
import { networkOf } from "../network-address.js";
import type { TrustedProxies } from "../settings.js";
import { PendingResponses } from "./pending-responses.js";
import { refuseConnection } from "./refuse-connection.js";

export interface ConnectionDependencies {
  readonly slots: ConnectionSlots;
  readonly trustProxy: TrustedProxies;
  /** Limit for all answers of one address, in bytes. */
  readonly maxUnreadBytes: number;
  readonly errorBody: (refusal: Refusal) => object;
}

/** Guards connections below the level of requests: their number, and data that never becomes a request. */
export interface Connections {
  /** False for a request on a connection that has been refused; such a request must be ignored. */
  accepts(request: IncomingMessage): boolean;
  /** Applies the limits of a request's connection until the request is answered. */
  begin(request: IncomingMessage, response: ServerResponse): void;
  /** Applies the limits of an upgrade's connection until it closes. */
  beginUpgrade(request: IncomingMessage): void;
  /** Resolves when every answer on this request's connection is complete. */
  answered(request: IncomingMessage): Promise<unknown>;
  /** Number of connections accepted so far. */
  accepted(): number;
  /** From now on, each connection closes after its last pending answer. */
  drain(): void;
  /** Ends idle connections without resetting peers that have not closed their side yet. */
  endIdle(): void;
  /** `RATE_LIMITED` if too many requests are pending on this request's connection, else null. */
  pipelineRefusal(request: IncomingMessage): SessionError | null;
}

export const guardConnections = (server: Server, dependencies: ConnectionDependencies): Connections => {
  const guard = new ConnectionGuard(dependencies);
  server.on("connection", (connection: Socket) => guard.connected(connection));
  server.on("clientError", (error: NodeJS.ErrnoException, connection) => guard.failed(error, connection));
  return guard;
};

class ConnectionGuard implements Connections {
  private readonly refused = new WeakSet<Duplex>();
  /** A connection is announced twice if its offer of another protocol was ignored. */
  private readonly known = new WeakSet<Duplex>();
  private readonly pending = new PendingResponses();
  private readonly unread: UnreadResponseBytes;
  /** The connections that speak HTTP; an upgraded one belongs to its socket. */
  private readonly open = new Set<Socket>();
  private acceptedCount = 0;

  constructor(private readonly dependencies: ConnectionDependencies) {
    this.unread = new UnreadResponseBytes(dependencies.maxUnreadBytes);
  }

  connected(connection: Socket): void {
    const { slots, trustProxy } = this.dependencies;
    this.acceptedCount += 1;
    if (!this.open.has(connection)) {
      this.open.add(connection);
      connection.once("close", () => this.open.delete(connection));
    }
    // Connections of a proxy are counted per request, by the client's address.
    if (isProxy(connection, trustProxy) || this.known.has(connection)) return;
    this.known.add(connection);
    slots.take(peerAddress(connection), connection);
    connection.once("close", () => slots.free(connection));
    try {
      slots.check(connection);
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
      slots.free(connection);
      this.refuse(connection, error);
    }
  }

  failed(error: NodeJS.ErrnoException, connection: Duplex): void {
    // Nothing else may be written into an answer that has begun.
    if (this.pending.isAnyBegun(connection) || error.code === "ECONNRESET" || this.refused.has(connection)) {
      connection.destroy();
      return;
    }
    const { status, refusal } = notHttp(error.code);
    this.refuse(connection, refusal, status);
  }

  accepts({ socket }: IncomingMessage): boolean {
    return !this.refused.has(socket);
  }

  begin(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    this.pending.add(socket, response);
    this.unread.watch(networkOf(clientAddress(request, this.dependencies.trustProxy)), request, response);
    this.takeForProxied(request, response);
    // The socket's timer detects progress. A peer that waits for the server has nothing to take and is not cut.
    response.on("timeout", () => {
      if (socket.writableLength > 0) socket.destroy();
    });
  }

  beginUpgrade(request: IncomingMessage): void {
    this.open.delete(request.socket);
    this.takeForProxied(request, request.socket);
  }

  answered({ socket }: IncomingMessage): Promise<unknown> {
    return this.pending.over(socket);
  }

  accepted(): number {
    return this.acceptedCount;
  }

  drain(): void {
    for (const connection of this.open) this.pending.closeAfterLast(connection);
  }

  endIdle(): void {
    for (const connection of this.open) if (this.pending.count(connection) === 0) connection.end();
  }

  pipelineRefusal({ socket }: IncomingMessage): SessionError | null {
    if (this.pending.count(socket) <= maxPipelined) return null;
    return new SessionError("RATE_LIMITED", `A connection carries at most ${maxPipelined} requests at once`, {
      limit: maxPipelined,
    });
  }

  private takeForProxied(request: IncomingMessage, message: ServerResponse | Duplex): void {
    const { slots, trustProxy } = this.dependencies;
    if (!isProxy(request.socket, trustProxy)) return;
    slots.take(clientAddress(request, trustProxy), request);
    message.once("close", () => slots.free(request));
  }

  private refuse(connection: Duplex, error: SessionError, status?: number): void {
    const requestId = randomUUID();
    const refusal = toRefusal(error, requestId);
    const body = this.dependencies.errorBody(refusal);
    this.refused.add(connection);
    refuseConnection(connection, { ...refusal, status: status ?? refusal.status }, body, requestId);
  }
}

/** Two of these errors have HTTP statuses of their own that clients and proxies know. */
const notHttp = (code: string | undefined): { readonly refusal: SessionError; readonly status?: number } => {
  if (code === "HPE_HEADER_OVERFLOW")
    return {
      refusal: new SessionError("PAYLOAD_TOO_LARGE", "The address and headers are too long"),
      status: 431,
    };
  const inRequest = (message: string) => validationError({ path: "", message });
  return code === "ERR_HTTP_REQUEST_TIMEOUT"
    ? { refusal: inRequest("The request did not arrive in time"), status: 408 }
    : { refusal: inRequest("Not a valid HTTP request") };
};

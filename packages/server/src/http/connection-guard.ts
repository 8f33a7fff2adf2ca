import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type Refusal, toRefusal } from "@adjourn/router";
import { SessionError, validationError } from "@adjourn/sessions";
import { UnreadResponseBytes } from "@adjourn/transports";
import { clientAddress, clientNetwork, isProxy, peerAddress } from "../admission/client-address.js";
import type { ConnectionSlots } from "../admission/connection-slots.js";
import { maxPipelined } from "../limits.js";
import type { TrustedProxies } from "../settings.js";
import { HttpResponse } from "./http-response.js";
import { PendingResponses } from "./pending-responses.js";
import { refuseConnection } from "./refuse-connection.js";

export interface ConnectionDependencies {
  readonly slots: ConnectionSlots;
  readonly trustProxy: TrustedProxies;
  /** Limit for all answers of one address, in bytes. */
  readonly maxUnreadBytes: number;
  readonly errorBody: (refusal: Refusal) => object;
}

/** Guards the connections of a server of our own from the moment they are accepted. */
export const guardConnections = (server: Server, guard: ConnectionGuard): void => {
  server.on("connection", (connection: Socket) => guard.connected(connection));
  server.on("clientError", (error: NodeJS.ErrnoException, connection) => guard.failed(error, connection));
  server.on("timeout", (connection: Socket) => guard.timedOut(connection));
};

/** Guards connections below the level of requests: their number, and data that never becomes a request. */
export class ConnectionGuard {
  private readonly refused = new WeakSet<Duplex>();
  /** A connection is announced twice if its offer of another protocol was ignored. */
  private readonly known = new WeakSet<Duplex>();
  /** The networks of answers on another program's server. */
  private readonly networks = new WeakMap<ServerResponse, string>();
  private readonly pending = new PendingResponses();
  /** The answers that have begun or may begin. */
  readonly answers: Iterable<ServerResponse> = this.pending;
  private readonly unread: UnreadResponseBytes;
  /** The last answered request of each connection, if it was answered before its body had arrived. */
  private readonly answeredEarly = new WeakMap<Duplex, IncomingMessage>();
  /** The connections that speak HTTP; an upgraded one belongs to its socket. */
  private readonly open = new Set<Socket>();
  private acceptedCount = 0;
  /** One function for all connections. */
  private readonly closed: (this: Socket) => void;

  constructor(private readonly dependencies: ConnectionDependencies) {
    const { open } = this;
    const { slots } = dependencies;
    this.closed = function closed() {
      open.delete(this);
      slots.free(this);
    };
    this.unread = new UnreadResponseBytes(dependencies.maxUnreadBytes, this.pending, (response) =>
      response instanceof HttpResponse ? response.network : this.networks.get(response),
    );
  }

  connected(connection: Socket): void {
    this.acceptedCount += 1;
    if (!this.open.has(connection)) {
      this.open.add(connection);
      connection.addListener("close", this.closed);
    }
    const refusal = this.takeSlot(connection);
    if (refusal) this.refuse(connection, refusal);
  }

  failed(error: NodeJS.ErrnoException, connection: Duplex): void {
    // Nothing else may be written into an answer that has begun, and no second answer to a request.
    const isAnswered =
      this.pending.isAnyBegun(connection) || this.answeredEarly.get(connection)?.complete === false;
    if (isAnswered || error.code === "ECONNRESET" || this.refused.has(connection)) {
      connection.destroy();
      return;
    }
    const { status, refusal } = notHttp(error.code);
    this.refuse(connection, refusal, status);
  }

  /**
   * Cuts a peer that takes nothing of its answer; one that waits for the server has nothing to take. Lets an idle connection
   * go, as Node does where nobody listens. Timers run before Node reads, so a request may have arrived while the process
   * stood still; one turn later it is pending.
   */
  timedOut(connection: Socket): void {
    // A socket has limits of its own after its upgrade.
    if (!this.open.has(connection)) return;
    const { bytesRead } = connection;
    const isIdle = () => this.pending.count(connection) === 0;
    if (!isIdle()) {
      if (connection.writableLength > 0) connection.destroy();
      return;
    }
    setImmediate(() => {
      const isStillOurs = this.open.has(connection) && connection.bytesRead === bytesRead;
      if (isStillOurs && isIdle()) connection.destroy();
    });
  }

  /** False for a request on a connection that has been refused; such a request must be ignored. */
  accepts({ socket }: IncomingMessage): boolean {
    return !this.refused.has(socket);
  }

  /** Applies the limits of a request's connection until {@link finish}. */
  begin(request: IncomingMessage, response: ServerResponse): void {
    this.pending.add(request.socket, response);
    const network = clientNetwork(request, this.dependencies.trustProxy);
    if (response instanceof HttpResponse) {
      response.network = network;
      response.onEnded = this.ended;
    } else {
      this.networks.set(response, network);
      response.once("prefinish", () => this.unread.count(response));
    }
    this.takeForProxied(request);
  }

  /** To be called when an answer emits `close`. @returns false if it was called before */
  finish(request: IncomingMessage, response: ServerResponse): boolean {
    this.dependencies.slots.free(request);
    if (!request.complete) this.answeredEarly.set(request.socket, request);
    return this.pending.delete(request.socket, response);
  }

  /** Applies the limits of an upgrade's connection until it closes. */
  beginUpgrade(request: IncomingMessage): void {
    this.open.delete(request.socket);
    if (this.takeForProxied(request))
      request.socket.once("close", () => this.dependencies.slots.free(request));
  }

  /** Resolves when every answer on this request's connection is complete. */
  answered({ socket }: IncomingMessage): Promise<unknown> {
    return this.pending.over(socket);
  }

  /** Number of connections accepted so far. */
  accepted(): number {
    return this.acceptedCount;
  }

  /** From now on, each connection closes after its last pending answer. */
  drain(): void {
    for (const connection of this.open) this.pending.closeAfterLast(connection);
  }

  /** Ends idle connections without resetting peers that have not closed their side yet. */
  endIdle(): void {
    for (const connection of this.open) if (this.pending.count(connection) === 0) connection.end();
  }

  /** `RATE_LIMITED` if this request's address has too many connections, or its connection too many requests; else null. */
  refusalOf({ socket }: IncomingMessage): SessionError | null {
    // Another program's server announces no connections; each is counted at its first request.
    const refusal = this.takeSlot(socket);
    if (refusal) return refusal;
    if (this.pending.count(socket) <= maxPipelined) return null;
    return new SessionError("RATE_LIMITED", `A connection carries at most ${maxPipelined} requests at once`, {
      limit: maxPipelined,
    });
  }

  private readonly ended = (response: HttpResponse): void => this.unread.count(response);

  /** Resolves when no answer is pending, or after `withinMs`, when those that are left are cut. */
  async finishAnswers(withinMs: number): Promise<void> {
    const cut = setTimeout(() => {
      for (const response of this.pending) response.destroy();
    }, withinMs);
    await Promise.all([...this.pending].map((response) => once(response, "close")));
    clearTimeout(cut);
  }

  /** @returns the error if the connection's address has too many */
  private takeSlot(connection: Socket): SessionError | null {
    const { slots, trustProxy } = this.dependencies;
    // Connections of a proxy are counted per request, by the client's address.
    if (this.known.has(connection) || isProxy(connection, trustProxy)) return null;
    this.known.add(connection);
    slots.take(peerAddress(connection), connection);
    try {
      slots.check(connection);
      if (!this.open.has(connection)) connection.once("close", () => slots.free(connection));
      return null;
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
      slots.free(connection);
      this.known.delete(connection);
      return error;
    }
  }

  /** @returns whether the request came through a proxy and holds a slot of its own */
  private takeForProxied(request: IncomingMessage): boolean {
    const { slots, trustProxy } = this.dependencies;
    if (!isProxy(request.socket, trustProxy)) return false;
    slots.take(clientAddress(request, trustProxy), request);
    return true;
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

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
  /** @throws SessionError `RATE_LIMITED` if too many requests are pending on this request's connection */
  checkPipeline(request: IncomingMessage): void;
}

export const guardConnections = (
  server: Server,
  { slots, trustProxy, maxUnreadBytes, errorBody }: ConnectionDependencies,
): Connections => {
  const refused = new WeakSet<Duplex>();
  /** A connection is announced twice if its offer of another protocol was ignored. */
  const known = new WeakSet<Duplex>();
  const underWay = new PendingResponses();
  const unread = new UnreadResponseBytes(maxUnreadBytes);
  /** The connections that speak HTTP; an upgraded one belongs to its socket. */
  const open = new Set<Socket>();
  let accepted = 0;

  const refuse = (connection: Duplex, error: SessionError, status?: number) => {
    const requestId = randomUUID();
    const refusal = toRefusal(error, requestId);
    refused.add(connection);
    refuseConnection(
      connection,
      { ...refusal, status: status ?? refusal.status },
      errorBody(refusal),
      requestId,
    );
  };

  server.on("connection", (connection: Socket) => {
    accepted += 1;
    if (!open.has(connection)) {
      open.add(connection);
      connection.once("close", () => open.delete(connection));
    }
    // Connections of a proxy are counted per request, by the client's address.
    if (isProxy(connection, trustProxy) || known.has(connection)) return;
    known.add(connection);
    slots.take(peerAddress(connection), connection);
    connection.once("close", () => slots.free(connection));
    try {
      slots.check(connection);
    } catch (error) {
      if (!(error instanceof SessionError)) throw error;
      slots.free(connection);
      refuse(connection, error);
    }
  });

  server.on("clientError", (error: NodeJS.ErrnoException, connection) => {
    // Nothing else may be written into an answer that has begun.
    if (underWay.isAnyBegun(connection) || error.code === "ECONNRESET" || refused.has(connection)) {
      connection.destroy();
      return;
    }
    const { status, refusal } = notHttp(error.code);
    refuse(connection, refusal, status);
  });

  const takeForProxied = (request: IncomingMessage, message: ServerResponse | Duplex) => {
    if (!isProxy(request.socket, trustProxy)) return;
    slots.take(clientAddress(request, trustProxy), request);
    message.once("close", () => slots.free(request));
  };

  return {
    accepts: ({ socket }) => !refused.has(socket),
    begin: (request, response) => {
      const { socket } = request;
      underWay.add(socket, response);
      unread.watch(networkOf(clientAddress(request, trustProxy)), request, response);
      takeForProxied(request, response);
      // The socket's timer detects progress. A peer that waits for the server has nothing to take and is not cut.
      response.on("timeout", () => {
        if (socket.writableLength > 0) socket.destroy();
      });
    },
    beginUpgrade: (request) => {
      open.delete(request.socket);
      takeForProxied(request, request.socket);
    },
    answered: ({ socket }) => underWay.over(socket),
    accepted: () => accepted,
    drain: () => {
      for (const connection of open) underWay.closeAfterLast(connection);
    },
    endIdle: () => {
      for (const connection of open) if (underWay.count(connection) === 0) connection.end();
    },
    checkPipeline: ({ socket }) => {
      if (underWay.count(socket) <= maxPipelined) return;
      throw new SessionError(
        "RATE_LIMITED",
        `A connection carries at most ${maxPipelined} requests at once`,
        { limit: maxPipelined },
      );
    },
  };
};

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

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
  /** Of all answers of an address. */
  readonly maxUnreadBytes: number;
  readonly errorBody: (refusal: Refusal) => object;
}

/** What goes on below the requests: who may connect, and what never becomes a request. */
export interface Connections {
  /** False for what came on a connection that has been refused: nobody may act on it. */
  hears(request: IncomingMessage): boolean;
  /** Holds a request's connection to its bounds until it is answered. */
  begin(request: IncomingMessage, response: ServerResponse): void;
  /** The same for an upgrade, until its connection closes. */
  beginUpgrade(request: IncomingMessage): void;
  /** Resolves when nothing of this request's connection is under way. */
  answered(request: IncomingMessage): Promise<unknown>;
  /** How many have been accepted so far. */
  accepted(): number;
  /** From now on a connection closes with the last answer that is under way on it. */
  drain(): void;
  /** Ends connections on which nothing is under way; a peer that has not closed its side yet is not reset. */
  endIdle(): void;
  /** @throws SessionError `RATE_LIMITED` where too many requests of this one's connection are under way */
  checkPipeline(request: IncomingMessage): void;
}

export const guardConnections = (
  server: Server,
  { slots, trustProxy, maxUnreadBytes, errorBody }: ConnectionDependencies,
): Connections => {
  const refused = new WeakSet<Duplex>();
  /** A connection comes twice where the offer of another protocol has been passed over. */
  const known = new WeakSet<Duplex>();
  const underWay = new PendingResponses();
  const unread = new UnreadResponseBytes(maxUnreadBytes);
  /** Those that speak HTTP; an upgraded one is its socket's. */
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
    // A proxy's connections are its callers': they are counted request by request.
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
    // Into an answer that has begun nothing else may be written.
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
    hears: ({ socket }) => !refused.has(socket),
    begin: (request, response) => {
      const { socket } = request;
      underWay.add(socket, response);
      unread.watch(networkOf(clientAddress(request, trustProxy)), request, response);
      takeForProxied(request, response);
      // The socket's timer knows progress from silence; one that waits for us has nothing to take.
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

/** HTTP has statuses of its own for two of these, which clients and proxies know. */
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

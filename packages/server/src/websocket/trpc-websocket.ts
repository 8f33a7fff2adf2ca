import type { IncomingMessage } from "node:http";
import { jsonEncoder } from "@trpc/server/adapters/ws";
import type { WebSocket } from "ws";
import { type Admission, serveTrpcSocket, type TrpcSocketDependencies } from "./serve-trpc-socket.js";
import type { WsTrpcSocket } from "./trpc-socket.js";

/** A stock client opens another connection, moves its subscriptions there and waits here for pending answers. */
const reconnectNotice = jsonEncoder.encode({ id: null, method: "reconnect" });

/** Serves the tRPC router on sockets that an upgrade has admitted. */
export const createTrpcWebSocket = (dependencies: Omit<TrpcSocketDependencies, "opened">) => {
  const sockets = new Map<WebSocket, WsTrpcSocket>();
  const opened = (socket: WebSocket, trpcSocket: WsTrpcSocket): void => {
    sockets.set(socket, trpcSocket);
    trpcSocket.onceClosed(() => sockets.delete(socket));
  };
  return {
    accept: (socket: WebSocket, request: IncomingMessage, admission: Admission): void =>
      serveTrpcSocket(socket, request, admission, { ...dependencies, opened }),
    /** Asks clients to reconnect, and closes each socket once it has no pending calls. */
    sendAway: (close: { code: number; reason: string }): void => {
      for (const [socket, trpcSocket] of sockets) {
        if (socket.readyState === socket.OPEN) socket.send(reconnectNotice);
        trpcSocket.closeAfterAnswers(close);
      }
    },
  };
};

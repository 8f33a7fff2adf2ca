import { jsonEncoder } from "@trpc/server/adapters/ws";
import { ServedSocket, type TrpcSocketDependencies } from "./serve-trpc-socket.js";
import type { ServerSocket } from "./server-socket.js";
import { SessionSockets } from "./session-sockets.js";
import type { Admission } from "./trpc-context.js";

/** A stock client opens another connection, moves its subscriptions there and waits here for pending answers. */
const reconnectNotice = jsonEncoder.encode({ id: null, method: "reconnect" });

/** Serves the tRPC router on sockets that an upgrade has admitted. */
export const createTrpcWebSocket = (
  dependencies: Omit<TrpcSocketDependencies, "sockets" | "sessionSockets">,
) => {
  const sockets = new Set<ServedSocket>();
  const forSocket = { ...dependencies, sockets, sessionSockets: new SessionSockets(dependencies.sessions) };
  return {
    accept: (socket: ServerSocket, admission: Admission): void =>
      new ServedSocket(socket, admission, forSocket).start(),
    /** Asks clients to reconnect, and closes each socket once it has no pending calls. */
    sendAway: (close: { code: number; reason: string }): void => {
      for (const { socket, trpcSocket } of sockets) {
        if (socket.readyState === socket.OPEN) socket.send(reconnectNotice);
        trpcSocket.closeAfterAnswers(close);
      }
    },
  };
};

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Socket } from "node:net";
import { until } from "../setup/test-server.js";

/** The connections that servers of this process accept, from their side. */
export interface ServerSockets extends Disposable {
  /** The other end of a client's connection. */
  of(clientPort: number): Promise<Socket>;
}

const channel = "net.server.socket";

export const watchServerSockets = (): ServerSockets => {
  const sockets = new Map<number, Socket>();
  const note = (message: unknown) => {
    if (typeof message !== "object" || message === null || !("socket" in message)) return;
    const { socket } = message;
    if (socket instanceof Socket && socket.remotePort !== undefined) sockets.set(socket.remotePort, socket);
  };
  subscribe(channel, note);
  return {
    of: async (clientPort) => {
      await until(() => sockets.has(clientPort));
      const socket = sockets.get(clientPort);
      if (!socket) throw new Error(`nobody connected from port ${clientPort}`);
      return socket;
    },
    [Symbol.dispose]: () => void unsubscribe(channel, note),
  };
};

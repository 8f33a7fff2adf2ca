import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Socket as EngineConnection } from "engine.io";
import { type Server, type ServerOptions, WebSocketServer } from "ws";
import { maxFragments } from "../limits.js";
import { ServerSocket } from "../websocket/server-socket.js";

type Sent = (error?: Error) => void;

/**
 * A socket that Engine.IO writes to. It reports every packet to Engine.IO as sent at once: Engine.IO would otherwise keep further
 * packets in a queue of its own, which `bufferedAmount` and the limits of unread bytes do not see.
 */
class EngineSocket extends ServerSocket {
  override send(data: Parameters<ServerSocket["send"]>[0], options?: object | Sent, callback?: Sent): void {
    const sent = typeof options === "function" ? (options as Sent) : callback;
    if (this.readyState !== this.OPEN) {
      sent?.(new Error("The socket is not open"));
      return;
    }
    super.send(data);
    this.checkUnread();
    sent?.();
  }
}

type EngineSocketOptions = ServerOptions<typeof EngineSocket>;
type SocketServerClass = new (options: EngineSocketOptions) => Server<typeof EngineSocket>;

/** Engine.IO's WebSocket server, with the limits of the other sockets. `opened` is called in the turn of the upgrade. */
export const socketServerFor = (opened: (socket: ServerSocket) => void): SocketServerClass =>
  class extends WebSocketServer<typeof EngineSocket> {
    constructor(options: EngineSocketOptions) {
      super({ ...options, WebSocket: EngineSocket, maxFragments, handleProtocols: () => false });
    }

    override handleUpgrade(
      request: IncomingMessage,
      connection: Duplex,
      head: Buffer,
      callback: (socket: EngineSocket, request: IncomingMessage) => void,
    ): void {
      super.handleUpgrade(request, connection, head, (socket) => {
        socket.accept(connection);
        opened(socket);
        callback(socket, request);
      });
    }
  };

/** The socket of a connection over WebSocket; null for long-polling. Engine.IO does not declare the field. */
export const webSocketOf = ({ transport }: EngineConnection): ServerSocket | null => {
  const socket: unknown = Reflect.get(transport, "socket");
  return socket instanceof EngineSocket ? socket : null;
};

import type { Duplex } from "node:stream";
import { maxWaitingBytes } from "@adjourn/sessions";
import type { WebSocket } from "ws";

/** Stops reading from a peer that does not take its answers until it has taken them. */
export const pauseWhileUnsent = (socket: WebSocket, connection: Duplex): void => {
  socket.on("message", () => {
    if (socket.bufferedAmount <= maxWaitingBytes || socket.isPaused) return;
    socket.pause();
    connection.once("drain", () => socket.resume());
  });
};

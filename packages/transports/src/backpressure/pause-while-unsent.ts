import type { Duplex } from "node:stream";
import { maxWaitingBytes } from "@adjourn/sessions";
import type { WebSocket } from "ws";
import { pauseReading, resumeReading } from "./read-pause.js";

/** Stops reading from a peer that does not take its answers until it has taken them. */
export const pauseWhileUnsent = (socket: WebSocket, connection: Duplex): void => {
  let isWaiting = false;
  socket.on("message", () => {
    if (isWaiting || socket.bufferedAmount <= maxWaitingBytes) return;
    isWaiting = true;
    pauseReading(socket, "unsent");
    connection.once("drain", () => {
      isWaiting = false;
      resumeReading(socket, "unsent");
    });
  });
};

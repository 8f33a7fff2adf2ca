import { maxWaitingBytes } from "@adjourn/sessions";
import type { PeerSocket } from "../web-socket/peer-socket.js";
import { pauseReading, resumeReading } from "./read-pause.js";

/** Called with each message: stops reading from a peer that does not take its answers until it has taken them. */
export const pauseIfUnsent = (socket: PeerSocket): void => {
  if (socket.bufferedAmount <= maxWaitingBytes || !pauseReading(socket, "unsent")) return;
  socket.connection?.once("drain", () => resumeReading(socket, "unsent"));
};

import type { WebSocket } from "ws";

/** `unsent`: the peer does not take its answers. `call`: a call waits for its turn. `refused`: nothing is read again. */
export type PauseReason = "unsent" | "call" | "refused";

const reasonsOf = new WeakMap<WebSocket, Set<PauseReason>>();

/** Pauses a socket. It resumes only once every reason is gone, so that one owner cannot undo the pause of another. */
export const pauseReading = (socket: WebSocket, reason: PauseReason): void => {
  const reasons = reasonsOf.get(socket) ?? new Set();
  reasonsOf.set(socket, reasons.add(reason));
  socket.pause();
};

export const resumeReading = (socket: WebSocket, reason: PauseReason): void => {
  const reasons = reasonsOf.get(socket);
  if (!reasons?.delete(reason)) return;
  if (reasons.size === 0) socket.resume();
};

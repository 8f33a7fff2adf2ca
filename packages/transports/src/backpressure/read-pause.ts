import type { WebSocket } from "ws";

/** `unsent`: the peer does not take its answers. `call`: a call waits for its turn. `refused`: nothing is read again. */
export type PauseReason = "unsent" | "call" | "refused";

const reasonsOf = new WeakMap<WebSocket, Set<PauseReason>>();

/**
 * Pauses a socket. It resumes only once every reason is gone, so that one owner cannot undo the pause of another.
 * @returns false if it was paused for this reason already
 */
export const pauseReading = (socket: WebSocket, reason: PauseReason): boolean => {
  const reasons = reasonsOf.get(socket) ?? new Set();
  if (reasons.has(reason)) return false;
  reasonsOf.set(socket, reasons.add(reason));
  socket.pause();
  return true;
};

export const resumeReading = (socket: WebSocket, reason: PauseReason): void => {
  const reasons = reasonsOf.get(socket);
  if (!reasons?.delete(reason)) return;
  if (reasons.size > 0) return;
  reasonsOf.delete(socket);
  socket.resume();
};

import type { WebSocket } from "ws";

/** How long a peer may take to answer a close (contract §4). */
const graceMs = 1_000;
/** One that reads too slowly gets longer, or it would never read why it was closed. */
const slowGraceMs = 10_000;
const tooSlow = 4408;

const waitedFor = new WeakSet<WebSocket>();

/** Closes a socket, or sees to it that one which is closing already does, and destroys it where the peer does not answer in time. */
export const closeSocket = (
  socket: WebSocket,
  { code, reason }: { readonly code: number; readonly reason: string },
): void => {
  if (socket.readyState === socket.CLOSED) return;
  socket.close(code, reason);
  if (waitedFor.has(socket)) return;
  waitedFor.add(socket);
  const timer = setTimeout(() => socket.terminate(), code === tooSlow ? slowGraceMs : graceMs);
  timer.unref();
  socket.once("close", () => clearTimeout(timer));
};

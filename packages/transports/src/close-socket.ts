import { closeGraceMs } from "@adjourn/sessions";
import { type Close, dropCloses } from "./close-codes.js";
import type { PeerSocket } from "./web-socket/peer-socket.js";

/** A slow reader gets more time, since the close frame waits behind what it has not read. */
const slowGraceMs = 10_000;

/** Closes a socket, also one that is closing already, and destroys it if the peer does not answer in time. */
export const closeSocket = (socket: PeerSocket, { code, reason }: Close): void => {
  if (socket.readyState === socket.CLOSED) return;
  socket.close(code, reason);
  // A process that ends waits no longer for a slow reader.
  if (socket.closeTimer && code === dropCloses.draining.code) clearTimeout(socket.closeTimer);
  else if (socket.closeTimer) return;
  const graceMs = code === dropCloses.too_slow.code ? slowGraceMs : closeGraceMs;
  socket.closeTimer = setTimeout(terminateSoon, graceMs, socket).unref();
};

// One function of each kind for all sockets. What has arrived in time, such as an answer, is read before the cut.
const terminateSoon = (socket: PeerSocket): void => {
  setImmediate(terminate, socket);
};

const terminate = (socket: PeerSocket): void => socket.terminate();

import { closeGraceMs } from "@adjourn/sessions";
import type { WebSocket } from "ws";
import { type Close, dropCloses } from "./close-codes.js";

/** A slow reader gets more time, since the close frame waits behind what it has not read. */
const slowGraceMs = 10_000;

const waitedFor = new WeakSet<WebSocket>();

/** Closes a socket, also one that is closing already, and destroys it if the peer does not answer in time. */
export const closeSocket = (socket: WebSocket, { code, reason }: Close): void => {
  if (socket.readyState === socket.CLOSED) return;
  socket.close(code, reason);
  if (waitedFor.has(socket)) return;
  waitedFor.add(socket);
  const timer = setTimeout(
    () => socket.terminate(),
    code === dropCloses.too_slow.code ? slowGraceMs : closeGraceMs,
  );
  timer.unref();
  socket.once("close", () => clearTimeout(timer));
};

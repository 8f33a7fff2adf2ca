import { closeGraceMs } from "@adjourn/sessions";
import type { WebSocket } from "ws";
import { type Close, dropCloses } from "./close-codes.js";

/** One that reads too slowly gets longer, or it would never read why it was closed. */
const slowGraceMs = 10_000;

const waitedFor = new WeakSet<WebSocket>();

/** Closes a socket, or sees to it that one which is closing already does, and destroys it where the peer does not answer in time. */
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

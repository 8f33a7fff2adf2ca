import type { Principal } from "@adjourn/router";
import { closeSocket, type FrameKind, pauseReading } from "@adjourn/transports";
import { socketFrames } from "../limits.js";
import type { ServerSocket } from "./server-socket.js";

interface Allowance {
  readonly perSecond: number;
  readonly burst: number;
}

/** Limits the frames per second of each socket. A socket that exceeds it is closed and not read any further. */
export interface FrameLimit {
  watch(socket: ServerSocket): void;
  /** Charges a frame. @returns false if the socket exceeded its limit and is closed */
  admits(socket: ServerSocket, kind: FrameKind): boolean;
  /** Charges the calls of a message. @returns false if the socket exceeded its limit and is closed */
  takeCalls(socket: ServerSocket, calls: number): boolean;
  /** Raises the limit of a socket with a key, or of any socket if no keys are configured. */
  trust(socket: ServerSocket): void;
}

/** Whether the principal has a key, or no keys are configured. */
export const isTrusted = ({ role }: Principal): boolean => role !== "nobody" && role !== "session";

const cut = (socket: ServerSocket): void => {
  closeSocket(socket, tooMany);
  // Buffered messages are dropped, and the rest is not read.
  for (const event of ["message", "ping", "pong"]) socket.removeAllListeners(event);
  pauseReading(socket, "refused");
};

const tooMany = { code: 1008, reason: "too many messages" };

/** The unit of times here. Every allowance gains a frame in a whole number of it, so sums of them are exact. */
const unitMs = 0.1;

export const createFrameLimit = (now: () => number = () => performance.now()): FrameLimit => {
  /**
   * Takes `count` tokens of a bucket that is full again at `fullAt`.
   * @returns when it is full again then; null if it has too few, and the socket is closed
   */
  const take = (
    socket: ServerSocket,
    fullAt: number,
    { perSecond, burst }: Allowance,
    count = 1,
  ): number | null => {
    const unitsPerToken = 1_000 / unitMs / perSecond;
    const time = Math.floor(now() / unitMs);
    const next = Math.max(fullAt, time) + count * unitsPerToken;
    if (next - time <= burst * unitsPerToken) return next;
    cut(socket);
    return null;
  };
  const limit: FrameLimit = {
    admits: (socket, kind) => {
      const messages = socket.isTrusted ? socketFrames.trusted : socketFrames.untrusted;
      const next =
        kind === "control"
          ? take(socket, socket.controlFullAt, socketFrames.control)
          : take(socket, socket.messagesFullAt, messages);
      if (next === null) return false;
      if (kind === "control") socket.controlFullAt = next;
      else socket.messagesFullAt = next;
      return true;
    },
    trust: (socket) => {
      socket.isTrusted = true;
      // The larger allowance begins full.
      socket.messagesFullAt = 0;
    },
    takeCalls: (socket, calls) => {
      if (socket.isTrusted) return true;
      const next = take(socket, socket.callsFullAt, socketFrames.calls, calls);
      if (next === null) return false;
      socket.callsFullAt = next;
      return true;
    },
    watch: (socket) => {
      socket.frames = limit;
    },
  };
  return limit;
};

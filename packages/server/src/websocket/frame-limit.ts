import type { Principal } from "@adjourn/router";
import { closeSocket, type FrameKind, pauseReading } from "@adjourn/transports";
import { socketFrames } from "../limits.js";
import type { Bucket, ServerSocket } from "./server-socket.js";

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

export const createFrameLimit = (now: () => number = () => performance.now()): FrameLimit => {
  const takeControl = (socket: ServerSocket): boolean => {
    socket.controlFrames ??= fill(socketFrames.control, now());
    return take(socket.controlFrames, socketFrames.control, now());
  };
  const takeMessage = (socket: ServerSocket): boolean => {
    const allowance = socket.isTrusted ? socketFrames.trusted : socketFrames.untrusted;
    socket.messages ??= fill(allowance, now());
    return take(socket.messages, allowance, now());
  };
  const limit: FrameLimit = {
    admits: (socket, kind) => {
      if (kind === "control" ? takeControl(socket) : takeMessage(socket)) return true;
      cut(socket);
      return false;
    },
    trust: (socket) => {
      socket.isTrusted = true;
      // The larger allowance begins full.
      socket.messages = null;
    },
    takeCalls: (socket, calls) => {
      if (socket.isTrusted) return true;
      socket.calls ??= fill(socketFrames.calls, now());
      if (take(socket.calls, socketFrames.calls, now(), calls)) return true;
      cut(socket);
      return false;
    },
    watch: (socket) => {
      socket.frames = limit;
    },
  };
  return limit;
};

const fill = ({ burst }: Allowance, time: number): Bucket => ({ left: burst, at: time });

/** Takes `count` tokens from a bucket that refills at a constant rate. @returns false if it has too few */
const take = (bucket: Bucket, { perSecond, burst }: Allowance, time: number, count = 1): boolean => {
  bucket.left = Math.min(burst, bucket.left + ((time - bucket.at) / 1_000) * perSecond);
  bucket.at = time;
  if (bucket.left < count) return false;
  bucket.left -= count;
  return true;
};

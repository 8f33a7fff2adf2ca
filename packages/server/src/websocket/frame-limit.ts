import type { Principal } from "@adjourn/router";
import { closeSocket, pauseReading } from "@adjourn/transports";
import type { WebSocket } from "ws";
import { socketFrames } from "../limits.js";

interface Allowance {
  readonly perSecond: number;
  readonly burst: number;
}

/** Limits the frames per second of each socket. A socket that exceeds it is closed and not read any further. */
export interface FrameLimit {
  watch(socket: WebSocket): void;
  /** Charges the calls of a message. @returns false if the socket exceeded its limit and is closed */
  takeCalls(socket: WebSocket, calls: number): boolean;
  /** Raises the limit of a socket with a key, or of any socket if no keys are configured. */
  trust(socket: WebSocket): void;
}

/** Whether the principal has a key, or no keys are configured. */
export const isTrusted = ({ role }: Principal): boolean => role !== "nobody" && role !== "session";

const cut = (socket: WebSocket): void => {
  closeSocket(socket, tooMany);
  // Buffered messages are dropped, and the rest is not read.
  for (const event of ["message", "ping", "pong"]) socket.removeAllListeners(event);
  pauseReading(socket, "refused");
};

const tooMany = { code: 1008, reason: "too many messages" };

export const createFrameLimit = (now: () => number = () => performance.now()): FrameLimit => {
  const trusted = new WeakMap<WebSocket, Bucket>();
  const asked = new WeakMap<WebSocket, Bucket>();
  return {
    trust: (socket) => {
      trusted.set(socket, fill(socketFrames.trusted, now()));
    },
    takeCalls: (socket, calls) => {
      if (trusted.has(socket)) return true;
      const bucket = asked.get(socket) ?? fill(socketFrames.calls, now());
      asked.set(socket, bucket);
      if (take(bucket, socketFrames.calls, now(), calls)) return true;
      cut(socket);
      return false;
    },
    watch: (socket) => {
      // Few small objects per socket, since there may be tens of thousands of idle sockets.
      const control = fill(socketFrames.control, now());
      const messages = fill(socketFrames.untrusted, now());
      const onControl = () => {
        if (!take(control, socketFrames.control, now())) cut(socket);
      };
      socket.on("ping", onControl).on("pong", onControl);
      socket.on("message", () => {
        const larger = trusted.get(socket);
        if (
          !(larger
            ? take(larger, socketFrames.trusted, now())
            : take(messages, socketFrames.untrusted, now()))
        )
          cut(socket);
      });
    },
  };
};

interface Bucket {
  left: number;
  at: number;
}

const fill = ({ burst }: Allowance, time: number): Bucket => ({ left: burst, at: time });

/** Takes `count` tokens from a bucket that refills at a constant rate. @returns false if it has too few */
const take = (bucket: Bucket, { perSecond, burst }: Allowance, time: number, count = 1): boolean => {
  bucket.left = Math.min(burst, bucket.left + ((time - bucket.at) / 1_000) * perSecond);
  bucket.at = time;
  if (bucket.left < count) return false;
  bucket.left -= count;
  return true;
};

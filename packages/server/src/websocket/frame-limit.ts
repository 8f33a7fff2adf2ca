import type { Principal } from "@adjourn/router";
import { closeSocket } from "@adjourn/transports";
import type { WebSocket } from "ws";
import { socketFrames } from "../limits.js";

interface Allowance {
  readonly perSecond: number;
  readonly burst: number;
}

/** Holds a socket to so many frames a second; one that sends more is closed and not heard any further. */
export interface FrameLimit {
  watch(socket: WebSocket): void;
  /** Takes as many calls as a message has of what the socket may ask; false where it is cut for asking too much. */
  takeCalls(socket: WebSocket, calls: number): boolean;
  /** For a socket that has brought a key, or where none is needed. */
  trust(socket: WebSocket): void;
}

/** Whoever the keys, or the lack of keys, vouch for. */
export const isTrusted = ({ role }: Principal): boolean => role !== "nobody" && role !== "session";

const cut = (socket: WebSocket): void => {
  closeSocket(socket, tooMany);
  // What has arrived already is heard by nobody, and the rest stays with its sender.
  for (const heard of ["message", "ping", "pong"]) socket.removeAllListeners(heard);
  socket.pause();
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
      // Small objects, and few: there may be tens of thousands of sockets that hardly ever speak.
      const control = fill(socketFrames.control, now());
      const messages = fill(socketFrames.stranger, now());
      const onControl = () => {
        if (!take(control, socketFrames.control, now())) cut(socket);
      };
      socket.on("ping", onControl).on("pong", onControl);
      socket.on("message", () => {
        const larger = trusted.get(socket);
        if (
          !(larger ? take(larger, socketFrames.trusted, now()) : take(messages, socketFrames.stranger, now()))
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

/** Takes so many of what is left, which grows back evenly; false where that is too little. */
const take = (bucket: Bucket, { perSecond, burst }: Allowance, time: number, count = 1): boolean => {
  bucket.left = Math.min(burst, bucket.left + ((time - bucket.at) / 1_000) * perSecond);
  bucket.at = time;
  if (bucket.left < count) return false;
  bucket.left -= count;
  return true;
};

import type { Principal } from "@adjourn/router";
import type { WebSocket } from "ws";
import { closeSocket } from "./close-socket.js";
import { socketFrames } from "./limits.js";

interface Allowance {
  readonly perSecond: number;
  readonly burst: number;
}

/** Holds a socket to so many frames a second; one that sends more is closed and not heard any further. */
export interface FrameLimit {
  watch(socket: WebSocket): void;
  /** For a socket that has brought a key, or where none is needed. */
  trust(socket: WebSocket): void;
}

/** Whoever the keys, or the lack of keys, vouch for. */
export const isTrusted = ({ role }: Principal): boolean => role !== "nobody" && role !== "session";

const tooMany = { code: 1008, reason: "too many messages" };

export const createFrameLimit = (now: () => number = () => performance.now()): FrameLimit => {
  const trusted = new WeakMap<WebSocket, Bucket>();
  return {
    trust: (socket) => {
      trusted.set(socket, fill(socketFrames.trusted, now()));
    },
    watch: (socket) => {
      // Small objects, and few: there may be tens of thousands of sockets that hardly ever speak.
      const control = fill(socketFrames.control, now());
      const messages = fill(socketFrames.stranger, now());
      const cut = () => {
        closeSocket(socket, tooMany);
        // What has arrived already is heard by nobody, and the rest stays with its sender.
        for (const heard of ["message", "ping", "pong"]) socket.removeAllListeners(heard);
        socket.pause();
      };
      const onControl = () => {
        if (!take(control, socketFrames.control, now())) cut();
      };
      socket.on("ping", onControl).on("pong", onControl);
      socket.on("message", () => {
        const larger = trusted.get(socket);
        if (
          !(larger ? take(larger, socketFrames.trusted, now()) : take(messages, socketFrames.stranger, now()))
        )
          cut();
      });
    },
  };
};

interface Bucket {
  left: number;
  at: number;
}

const fill = ({ burst }: Allowance, time: number): Bucket => ({ left: burst, at: time });

/** Takes one of what is left, which grows back evenly; false where nothing is. */
const take = (bucket: Bucket, { perSecond, burst }: Allowance, time: number): boolean => {
  bucket.left = Math.min(burst, bucket.left + ((time - bucket.at) / 1_000) * perSecond);
  bucket.at = time;
  if (bucket.left < 1) return false;
  bucket.left -= 1;
  return true;
};

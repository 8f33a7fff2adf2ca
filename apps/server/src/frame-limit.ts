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
  const trusted = new WeakSet<WebSocket>();
  return {
    trust: (socket) => void trusted.add(socket),
    watch: (socket) => {
      const mayPing = createBucket(socketFrames.control, now);
      const asStranger = createBucket(socketFrames.stranger, now);
      const asTrusted = createBucket(socketFrames.trusted, now);
      const cut = () => {
        closeSocket(socket, tooMany);
        // What has arrived already is heard by nobody, and the rest stays with its sender.
        for (const heard of ["message", "ping", "pong"]) socket.removeAllListeners(heard);
        socket.pause();
      };
      socket.on("message", () => {
        if (!(trusted.has(socket) ? asTrusted : asStranger)()) cut();
      });
      const onControl = () => {
        if (!mayPing()) cut();
      };
      socket.on("ping", onControl).on("pong", onControl);
    },
  };
};

/** Takes one of what is left, which grows back evenly; false where nothing is. */
const createBucket = ({ perSecond, burst }: Allowance, now: () => number): (() => boolean) => {
  let left: number = burst;
  let at = now();
  return () => {
    const time = now();
    left = Math.min(burst, left + ((time - at) / 1_000) * perSecond);
    at = time;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
};

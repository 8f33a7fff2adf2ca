import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { socketFrames } from "../limits.js";
import { createFrameLimit } from "./frame-limit.js";
import type { ServerSocket } from "./server-socket.js";

/** As much of a socket as the limit touches. */
const createSocket = () => {
  const socket = Object.assign(new EventEmitter(), {
    OPEN: 1,
    CLOSED: 3,
    readyState: 1,
    closes: [] as number[],
    isPaused: false,
    close: (code: number) => void socket.closes.push(code),
    pause: () => {
      socket.isPaused = true;
    },
    terminate: () => {},
    closeTimer: null,
    isTrusted: false,
    controlFullAt: 0,
    messagesFullAt: 0,
    callsFullAt: 0,
    frames: null,
  });
  socket.addListener("message", () => {});
  // The limit uses no more of it than is there.
  return { socket, asSocket: socket as EventEmitter as ServerSocket };
};

const cases = [
  { who: "a session's token", trust: false, kind: "message", allowance: socketFrames.untrusted },
  { who: "a key", trust: true, kind: "message", allowance: socketFrames.trusted },
  { who: "anyone's pings", trust: true, kind: "control", allowance: socketFrames.control },
] as const;

it.each(cases)(
  "$who may send a burst, then so many a second for ever, and no more",
  ({ trust, kind, allowance }) => {
    let time = 0;
    const limit = createFrameLimit(() => time);
    const { socket, asSocket } = createSocket();
    limit.watch(asSocket);
    if (trust) limit.trust(asSocket);
    // As a socket that is trusted comes to its larger allowance with time.
    time = 10_000;
    for (let count = 0; count < allowance.burst; count += 1) limit.admits(asSocket, kind);
    for (let second = 0; second < 20; second += 1) {
      time += 1_000;
      for (let count = 0; count < allowance.perSecond; count += 1) limit.admits(asSocket, kind);
    }
    expect(socket.closes).toEqual([]);
    limit.admits(asSocket, kind);
    expect(socket.closes).toEqual([1008]);
    expect(socket.isPaused).toBe(true);
    expect(socket.listenerCount("message")).toBe(0);
  },
);

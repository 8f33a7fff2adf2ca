import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { pauseReading, resumeReading } from "./read-pause.js";

const openPair = async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const connected = once(server, "connection");
  const { port } = server.address() as AddressInfo;
  const peer = new WebSocket(`ws://127.0.0.1:${port}`);
  await once(peer, "open");
  const [socket]: WebSocket[] = await connected;
  if (!socket) throw new Error("no socket");
  const close = () => {
    peer.terminate();
    server.close();
  };
  return { socket, [Symbol.dispose]: close };
};

it("a socket stays paused until every reason is gone", async () => {
  using pair = await openPair();
  const { socket } = pair;
  pauseReading(socket, "call");
  pauseReading(socket, "unsent");
  resumeReading(socket, "unsent");
  expect(socket.isPaused).toBe(true);
  resumeReading(socket, "call");
  expect(socket.isPaused).toBe(false);
});

it("a reason that was not given resumes nothing", async () => {
  using pair = await openPair();
  const { socket } = pair;
  pauseReading(socket, "refused");
  resumeReading(socket, "unsent");
  resumeReading(socket, "call");
  expect(socket.isPaused).toBe(true);
});

import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { maxWaitingBytes } from "@adjourn/sessions";
import { expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { PeerSocket } from "../web-socket/peer-socket.js";
import { pauseIfUnsent } from "./pause-if-unsent.js";
import { pauseReading, resumeReading } from "./read-pause.js";

const openPair = async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", WebSocket: PeerSocket });
  await once(server, "listening");
  const connected = once(server, "connection");
  const { port } = server.address() as AddressInfo;
  const peer = new WebSocket(`ws://127.0.0.1:${port}`);
  await once(peer, "open");
  const [socket, request] = (await connected) as [PeerSocket, IncomingMessage];
  socket.accept(request.socket);
  const close = () => {
    peer.terminate();
    server.close();
  };
  return { peer, socket, connection: request.socket, [Symbol.dispose]: close };
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

it("a peer that has taken its answers is not read while a call waits", async () => {
  using pair = await openPair();
  const { peer, socket, connection } = pair;
  socket.on("message", () => pauseIfUnsent(socket));
  peer.pause();
  while (socket.bufferedAmount <= maxWaitingBytes) {
    socket.send(Buffer.alloc(maxWaitingBytes));
    await new Promise(setImmediate);
  }
  const received = once(socket, "message");
  peer.send("a call");
  await received;
  expect(socket.isPaused).toBe(true);
  pauseReading(socket, "call");
  const drained = once(connection, "drain");
  peer.resume();
  await drained;
  expect(socket.isPaused).toBe(true);
  resumeReading(socket, "call");
  expect(socket.isPaused).toBe(false);
});

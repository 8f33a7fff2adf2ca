import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { ServerSocket } from "./server-socket.js";
import { WsTrpcSocket } from "./trpc-socket.js";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

const sessionId = "the only one";

/** A socket that was opened for one session. */
const openPair = async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", WebSocket: ServerSocket });
  await once(server, "listening");
  const connected = once(server, "connection");
  const peer = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [socket, request] = (await connected) as [ServerSocket, IncomingMessage];
  socket.accept(request.socket);
  const trpc = new WsTrpcSocket(socket);
  trpc.onlySessionId = sessionId;
  const closed = once(peer, "close").then(([code]) => code);
  const close = () => {
    peer.terminate();
    server.close();
  };
  return { socket, trpc, closed, [Symbol.dispose]: close };
};

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
};

it("a subscription that crosses the end and is refused leaves calls that crossed it their time", async () => {
  using pair = await openPair();
  const { socket, trpc, closed } = pair;
  trpc.sessionEnded();
  trpc.beginSubscription(sessionId);
  trpc.endSubscription(sessionId);
  await turns();
  vi.advanceTimersByTime(999);
  expect(socket.readyState).toBe(WebSocket.OPEN);
  vi.advanceTimersByTime(1);
  expect(await closed).toBe(4410);
});

it("one that begins within that time and ends behind it closes the socket then", async () => {
  using pair = await openPair();
  const { socket, trpc, closed } = pair;
  trpc.sessionEnded();
  trpc.beginSubscription(sessionId);
  vi.advanceTimersByTime(1_000);
  expect(socket.readyState).toBe(WebSocket.OPEN);
  trpc.endSubscription(sessionId);
  expect(await closed).toBe(4410);
});

it("the last of those that were open at the end closes it", async () => {
  using pair = await openPair();
  const { socket, trpc, closed } = pair;
  for (let nth = 0; nth < 2; nth += 1) trpc.beginSubscription(sessionId);
  trpc.sessionEnded();
  trpc.endSubscription(sessionId);
  await turns();
  expect(socket.readyState).toBe(WebSocket.OPEN);
  trpc.endSubscription(sessionId);
  expect(await closed).toBe(4410);
});

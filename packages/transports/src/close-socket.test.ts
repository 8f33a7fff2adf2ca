import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { closeGraceMs } from "@adjourn/sessions";
import { webSocketHandshake } from "@adjourn/testkit";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { WebSocketServer } from "ws";
import { dropCloses, sessionEndedClose } from "./close-codes.js";
import { closeSocket } from "./close-socket.js";
import { PeerSocket } from "./web-socket/peer-socket.js";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** A close frame with the code 4410, whose mask leaves it as it is. */
const answer = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x11, 0x3a]);

/** A socket, and its peer once it has read the close that `closeSocket` sent. */
const openClosing = async (close = sessionEndedClose) => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", WebSocket: PeerSocket });
  await once(server, "listening");
  const connected = once(server, "connection");
  const peer = connect({
    port: (server.address() as AddressInfo).port,
    host: "127.0.0.1",
    allowHalfOpen: true,
  });
  peer.write(webSocketHandshake);
  const [socket, { socket: connection }] = (await connected) as [PeerSocket, IncomingMessage];
  socket.accept(connection);
  closeSocket(socket, close);
  await new Promise<void>((resolve) => {
    let received = "";
    peer.on("data", (chunk) => {
      received += String(chunk);
      if (received.includes(close.reason)) resolve();
    });
  });
  const dispose = () => {
    peer.destroy();
    server.close();
  };
  return { peer, socket, connection, [Symbol.dispose]: dispose };
};

it("a peer that does not answer a close is cut after its time, and no sooner", async () => {
  using closing = await openClosing();
  const { peer, connection } = closing;
  const cut = once(peer, "end");
  vi.advanceTimersByTime(closeGraceMs - 1);
  await new Promise(setImmediate);
  expect(connection.destroyed).toBe(false);
  vi.advanceTimersByTime(1);
  await cut;
});

it("an answer that arrived in time is read before the cut, which would reset the connection otherwise", async () => {
  using closing = await openClosing();
  const { peer } = closing;
  const over = Promise.race([once(peer, "end"), once(peer, "error").then(([error]) => error)]);
  peer.write(answer);
  // As if this process had read nothing until the time was over.
  setImmediate(() => vi.advanceTimersByTime(closeGraceMs));
  expect(await over).toEqual([]);
});

it("a process that ends waits no longer for a slow reader than for others", async () => {
  using closing = await openClosing(dropCloses.too_slow);
  const { peer, socket, connection } = closing;
  const cut = once(peer, "end");
  vi.advanceTimersByTime(2 * closeGraceMs);
  await new Promise(setImmediate);
  expect(connection.destroyed).toBe(false);
  closeSocket(socket, dropCloses.draining);
  vi.advanceTimersByTime(closeGraceMs);
  await cut;
});

import { on, once } from "node:events";
import type { IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { webSocketHandshake } from "@adjourn/testkit";
import { expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { PeerSocket } from "./peer-socket.js";
import { textFrame } from "./text-frame.js";

const listen = async (compresses = false) => {
  const server = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    WebSocket: PeerSocket,
    perMessageDeflate: compresses,
  });
  await once(server, "listening");
  return server;
};

const openPair = async (compresses = false) => {
  const server = await listen(compresses);
  const connected = once(server, "connection");
  const peer = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const received: string[] = [];
  peer.on("message", (data) => received.push(String(data)));
  peer.on("ping", (data) => received.push(`ping ${data}`));
  await once(peer, "open");
  const [socket, request] = (await connected) as [PeerSocket, IncomingMessage];
  socket.accept(request.socket);
  const close = () => {
    peer.terminate();
    server.close();
  };
  return { peer, socket, connection: request.socket, received, [Symbol.dispose]: close };
};

it.each([0, 1, 125, 126, 65_535, 65_536])("a frame of %i characters arrives whole", async (length) => {
  using pair = await openPair();
  const text = "é".repeat(length / 2) + "x".repeat(length % 2);
  pair.socket.writeFrame(textFrame(text));
  expect(String((await once(pair.peer, "message"))[0])).toBe(text);
});

it("frames keep their order among those that ws sends, also behind what the peer has not read", async () => {
  using pair = await openPair();
  const { peer, socket, received } = pair;
  peer.pause();
  const large = "x".repeat(1_048_576);
  const expected: string[] = [];
  for (let round = 0; round < 20; round += 1) {
    socket.send(`sent ${round}`);
    socket.writeFrame(textFrame(`written ${round}`));
    socket.ping(`${round}`);
    socket.cork();
    socket.writeFrame(textFrame(large));
    socket.send(`corked ${round}`);
    socket.uncork();
    expected.push(`sent ${round}`, `written ${round}`, `ping ${round}`, large, `corked ${round}`);
  }
  expect(socket.bufferedAmount).toBeGreaterThan(large.length);
  socket.close(4410, "session ended");
  peer.resume();
  expect((await once(peer, "close"))[0]).toBe(4410);
  expect(received).toEqual(expected);
});

it("what the peer has not read counts as waiting, frame for frame", async () => {
  using pair = await openPair();
  const { peer, socket } = pair;
  peer.pause();
  const frame = textFrame("x".repeat(1_048_576));
  while (socket.bufferedAmount === 0) {
    socket.writeFrame(frame);
    await new Promise(setImmediate);
  }
  const before = socket.bufferedAmount;
  socket.writeFrame(frame);
  expect(socket.bufferedAmount - before).toBe(frame.length);
  const drained = socket.drained();
  peer.resume();
  await drained;
  expect(socket.bufferedAmount).toBe(0);
});

it("any number of replays wait for one connection with one listener", async () => {
  using pair = await openPair();
  const { peer, socket, connection } = pair;
  const listeners = () => connection.listenerCount("drain") + connection.listenerCount("close");
  const idle = listeners();
  peer.pause();
  const frame = textFrame("x".repeat(1_048_576));
  while (socket.bufferedAmount === 0) {
    socket.writeFrame(frame);
    await new Promise(setImmediate);
  }
  const waiting = Array.from({ length: 100 }, () => socket.drained());
  expect(listeners()).toBe(idle + 2);
  peer.resume();
  await Promise.all(waiting);
  expect(listeners()).toBe(idle);
});

/** A frame of a client whose mask leaves its payload as it is. */
const clientFrame = (firstByte: number, payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from([firstByte, 0x80 | payload.length, 0, 0, 0, 0]), payload]);

const closeAnswer = clientFrame(0x88, Buffer.from([0x11, 0x3a]));
const closeAnswerWithReason = clientFrame(0x88, Buffer.from("\x11\x3asession ended", "latin1"));
const message = clientFrame(0x81, Buffer.from("late"));
const ping = clientFrame(0x89, Buffer.alloc(0));

it.each([
  { sends: "its answer", packets: [closeAnswer] },
  { sends: "its answer with the reason", packets: [closeAnswerWithReason] },
  { sends: "an empty answer", packets: [clientFrame(0x88, Buffer.alloc(0))] },
  { sends: "a message and its answer in one packet", packets: [Buffer.concat([message, closeAnswer])] },
  { sends: "a message, a ping and its answer", packets: [message, ping, closeAnswer] },
  { sends: "its answer in pieces", packets: [closeAnswer.subarray(0, 3), closeAnswer.subarray(3)] },
  { sends: "its answer and more", packets: [closeAnswer, message, closeAnswer] },
  { sends: "the end of its side alone", packets: [] },
])("a peer that is sent a close and sends $sends is gone", async ({ packets }) => {
  const server = await listen();
  const { port } = server.address() as AddressInfo;
  const connected = once(server, "connection");
  const peer = connect(port, "127.0.0.1");
  peer.write(webSocketHandshake);
  const [socket, request] = (await connected) as [PeerSocket, IncomingMessage];
  socket.accept(request.socket);
  const gone = once(request.socket, "close");
  const ended = once(peer, "end");
  let closes = 0;
  socket.serveBy({
    closed: () => {
      closes += 1;
    },
  });
  socket.close(4410, "session ended");
  let received = "";
  for await (const chunk of on(peer, "data")) {
    received += String(chunk);
    if (received.includes("session ended")) break;
  }
  for (const packet of packets) {
    peer.write(packet);
    await new Promise(setImmediate);
  }
  peer.resume();
  if (packets.length === 0) peer.end();
  await ended;
  peer.end();
  await gone;
  server.close();
  expect(closes).toBe(1);
  expect(socket.readyState).toBe(WebSocket.CLOSED);
});

it("a host program that listens to a connection sees all that is read of it", async () => {
  using pair = await openPair();
  const { peer, socket, connection } = pair;
  let seen = 0;
  connection.prependListener("data", (packet: Buffer) => {
    seen += packet.length;
  });
  const { bytesRead } = connection;
  const [left, ...closed] = [once(peer, "close"), once(connection, "close"), once(socket, "close")];
  socket.close(4410, "session ended");
  await Promise.all(closed);
  const [code] = (await left) ?? [];
  expect(code).toBe(4410);
  expect(seen).toBeGreaterThan(0);
  expect(seen).toBe(connection.bytesRead - bytesRead);
});

it("nothing is written behind a close frame", async () => {
  using pair = await openPair();
  const { peer, socket, connection } = pair;
  socket.close(1000);
  const { bytesWritten } = connection;
  socket.writeFrame(textFrame("late"));
  expect(connection.bytesWritten).toBe(bytesWritten);
  await once(peer, "close");
});

it("a socket that negotiated compression receives the text through it", async () => {
  using pair = await openPair(true);
  const { peer, socket, received } = pair;
  expect(socket.extensions).toContain("permessage-deflate");
  const large = "x".repeat(65_536);
  socket.send(large);
  socket.writeFrame(textFrame("behind it"));
  await once(peer, "message");
  await once(peer, "message");
  expect(received).toEqual([large, "behind it"]);
});

it("an owner is notified of the close once, also of one before it", async () => {
  using pair = await openPair();
  const { peer, socket } = pair;
  let closes = 0;
  const closed = () => {
    closes += 1;
  };
  socket.serveBy({ closed });
  const closing = once(socket, "close");
  peer.terminate();
  await closing;
  expect(closes).toBe(1);
  socket.serveBy({ closed });
  expect(closes).toBe(2);
});

it("each frame of the peer is noted and must be admitted; only an admitted message is passed on", async () => {
  using pair = await openPair();
  const { peer, socket } = pair;
  const passed: string[] = [];
  const kinds: string[] = [];
  let admits = false;
  socket.serveBy({ received: (data) => passed.push(String(data)), closed: () => {} });
  socket.admits = (kind) => {
    kinds.push(`${kind} ${socket.hasSent}`);
    socket.hasSent = false;
    return admits;
  };
  peer.send("refused");
  await expect.poll(() => kinds).toHaveLength(1);
  admits = true;
  peer.ping();
  peer.pong();
  peer.send("admitted");
  await expect.poll(() => kinds).toHaveLength(4);
  expect(kinds).toEqual(["message true", "control true", "control true", "message true"]);
  expect(passed).toEqual(["admitted"]);
});

import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { connectionTimeouts } from "../connection-timeouts.js";
import { PeerSocket } from "../web-socket/peer-socket.js";
import { Heartbeat } from "./heartbeat.js";

it("a socket that can't be pinged is cut, and the others are pinged all the same", async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", WebSocket: PeerSocket });
  await once(server, "listening");
  const failures: unknown[] = [];
  const heartbeat = new Heartbeat({ ...connectionTimeouts, pingAfterMs: 5 }, (error) => failures.push(error));
  const open = async () => {
    const connected = once(server, "connection");
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [socket, { socket: connection }] = (await connected) as [PeerSocket, IncomingMessage];
    socket.accept(connection);
    return { client, socket };
  };
  const broken = await open();
  broken.socket.ping = () => {
    throw new Error("no ping");
  };
  const sound = await open();
  const cut = once(broken.client, "close");
  for (const { socket } of [broken, sound]) heartbeat.watch(socket);
  await Promise.all([cut, once(sound.client, "ping")]);
  await once(sound.client, "ping");
  expect(failures).toHaveLength(1);
  heartbeat.stop();
  sound.client.terminate();
  server.close();
});

it("drops nobody for a time in which the server itself stood still", async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", WebSocket: PeerSocket });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const heartbeat = new Heartbeat({ ...connectionTimeouts, pingAfterMs: 50, silenceMs: 500 }, () => {});
  server.on("connection", (socket, { socket: connection }) => {
    socket.accept(connection);
    heartbeat.watch(socket);
  });
  const peer = new WebSocket(`ws://127.0.0.1:${port}`);
  const closed = once(peer, "close").then(() => "closed");
  const pinged = () => once(peer, "ping").then(() => "pinged");
  await pinged();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
  for (let ping = 0; ping < 3; ping += 1) expect(await Promise.race([closed, pinged()])).toBe("pinged");
  heartbeat.stop();
  peer.terminate();
  server.close();
});

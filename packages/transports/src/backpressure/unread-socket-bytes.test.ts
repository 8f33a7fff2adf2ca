import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { type Server, WebSocket, WebSocketServer } from "ws";
import { PeerSocket } from "../web-socket/peer-socket.js";
import { UnreadSocketBytes } from "./unread-socket-bytes.js";

const megabyte = 1_048_576;

/** Sockets whose clients read nothing, and what their server's ends have written to them so far. */
const openDeaf = async (server: Server<typeof PeerSocket>): Promise<PeerSocket> => {
  const connected = once(server, "connection");
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await once(client, "open");
  client.pause();
  client.on("error", () => {});
  const [socket, request] = (await connected) as [PeerSocket, IncomingMessage];
  socket.accept(request.socket);
  return socket;
};

const write = async (socket: PeerSocket, megabytes: number): Promise<void> => {
  for (let sent = 0; sent < megabytes && socket.readyState === socket.OPEN; sent += 1) {
    socket.send(Buffer.alloc(megabyte));
    socket.checkUnread();
    await new Promise(setImmediate);
  }
};

it("the sockets of an address that leave too much unread together lose the fullest, and no other address does", async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", WebSocket: PeerSocket });
  await once(server, "listening");
  let now = 0;
  const tick = () => {
    now += 1_000;
    return now;
  };
  const unread = new UnreadSocketBytes({ perSocket: 100 * megabyte, perAddress: 40 * megabyte }, tick);
  const fullest = await openDeaf(server);
  const fuller = await openDeaf(server);
  const other = await openDeaf(server);
  const keyed = await openDeaf(server);
  unread.watch(other, "192.0.2.2");
  await write(other, 30);
  unread.watch(keyed, null);
  await write(keyed, 60);
  unread.watch(fullest, "192.0.2.1");
  await write(fullest, 36);
  expect(fullest.readyState).toBe(fullest.OPEN);
  unread.watch(fuller, "192.0.2.1");
  await write(fuller, 30);
  expect(fullest.readyState).not.toBe(fullest.OPEN);
  for (const socket of [fuller, other, keyed]) expect(socket.readyState).toBe(socket.OPEN);
  for (const client of server.clients) client.terminate();
  server.close();
});

it("one socket that leaves too much unread is cut, key or not", async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", WebSocket: PeerSocket });
  await once(server, "listening");
  const unread = new UnreadSocketBytes({ perSocket: 8 * megabyte, perAddress: 40 * megabyte });
  for (const address of [null, "192.0.2.1"]) {
    const socket = await openDeaf(server);
    unread.watch(socket, address);
    await write(socket, 40);
    expect(socket.readyState).not.toBe(socket.OPEN);
  }
  for (const client of server.clients) client.terminate();
  server.close();
});

it("a socket that closes is kept by no address", async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", WebSocket: PeerSocket });
  await once(server, "listening");
  const unread = new UnreadSocketBytes();
  const socket = await openDeaf(server);
  unread.watch(socket, "192.0.2.1");
  const group = socket.unreadGroup;
  expect(group?.sockets.size).toBe(1);
  const closed = once(socket, "close");
  socket.terminate();
  await closed;
  expect(group?.sockets.size).toBe(0);
  server.close();
});

it("a socket that is closed before it is watched is kept by no address", async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", WebSocket: PeerSocket });
  await once(server, "listening");
  const unread = new UnreadSocketBytes();
  const socket = await openDeaf(server);
  const closed = once(socket, "close");
  socket.terminate();
  await closed;
  unread.watch(socket, "192.0.2.1");
  expect(socket.unreadGroup).toBeNull();
  server.close();
});

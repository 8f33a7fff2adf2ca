import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { UnreadSocketBytes } from "./unread-socket-bytes.js";

const megabyte = 1_048_576;

/** Sockets whose clients read nothing, and what their server's ends have written to them so far. */
const openDeaf = async (server: WebSocketServer): Promise<WebSocket> => {
  const connected = once(server, "connection");
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await once(client, "open");
  client.pause();
  client.on("error", () => {});
  const [socket] = (await connected) as [WebSocket];
  return socket;
};

const write = async (socket: WebSocket, megabytes: number, wrote: () => void): Promise<void> => {
  for (let sent = 0; sent < megabytes && socket.readyState === socket.OPEN; sent += 1) {
    socket.send(Buffer.alloc(megabyte));
    wrote();
    await new Promise(setImmediate);
  }
};

it("the sockets of an address that leave too much unread together lose the fullest, and no other address does", async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
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
  await write(other, 30, unread.watch(other, "192.0.2.2"));
  await write(keyed, 60, unread.watch(keyed, null));
  await write(fullest, 36, unread.watch(fullest, "192.0.2.1"));
  expect(fullest.readyState).toBe(fullest.OPEN);
  await write(fuller, 30, unread.watch(fuller, "192.0.2.1"));
  expect(fullest.readyState).not.toBe(fullest.OPEN);
  for (const socket of [fuller, other, keyed]) expect(socket.readyState).toBe(socket.OPEN);
  for (const client of server.clients) client.terminate();
  server.close();
});

it("one socket that leaves too much unread is cut, key or not", async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const unread = new UnreadSocketBytes({ perSocket: 8 * megabyte, perAddress: 40 * megabyte });
  for (const address of [null, "192.0.2.1"]) {
    const socket = await openDeaf(server);
    await write(socket, 40, unread.watch(socket, address));
    expect(socket.readyState).not.toBe(socket.OPEN);
  }
  for (const client of server.clients) client.terminate();
  server.close();
});

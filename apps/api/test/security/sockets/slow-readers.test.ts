import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batchOfPages, fillChannel } from "../../setup/large-channel.js";
import { openRaw, request } from "../../setup/raw-peer.js";
import { eventsPath } from "../../setup/subscribing.js";
import { startTestServer, type TestServer, until } from "../../setup/test-server.js";
import { restWire } from "../../setup/wires.js";

const mebibyte = 1_024 * 1_024;

/** Reads a part of what has arrived, on request. */
const openSlow = (url: string): Socket => {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on("error", () => {});
  socket.pause();
  return socket;
};

/** Resolves when the connection is closed, also after a reset, for which `once` would reject. */
const gone = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once("close", () => resolve()));

describe("a peer that reads an answer slowly", () => {
  let server: TestServer;
  let sessionId: string;
  beforeAll(async () => {
    server = await startTestServer(
      {},
      // A peer that takes less than 1 MiB a second is slow here, so that a test need not be.
      {
        connectionTimeouts: { checkPeersEveryMs: 50, stalledReadMs: 1_500, minReadBytesPerSecond: mebibyte },
      },
    );
    sessionId = await fillChannel(server.url);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it("is cut, although it keeps reading a little; a stream of events is not", async () => {
    await using listener = openRaw(server.url);
    listener.write(request(server.url, `GET ${eventsPath(sessionId)}`));
    await until(() => listener.text().includes("session.started"));
    const peer = openSlow(server.url);
    await once(peer, "connect");
    const closed = gone(peer);
    // More than the kernel holds for a connection.
    peer.write(batchOfPages(server.url, sessionId).repeat(7));
    let taken = 0;
    // At most 64 KiB each: the buffer of a socket that is paused.
    const sips = setInterval(() => {
      taken += (peer.read() as Buffer | null)?.length ?? 0;
    }, 100);
    await Promise.race([closed, new Promise((resolve) => peer.once("end", resolve))]);
    clearInterval(sips);
    peer.destroy();
    expect(taken).toBeGreaterThan(65_536);
    // All of it would be 28 MiB; what the kernel held when it was cut still came.
    expect(taken).toBeLessThan(16 * mebibyte);
    await restWire(server.url).call("sessionHeartbeat", { sessionId });
    await until(() => listener.text().includes("session.renewed"));
  });

  it("is served where it reads fast enough", async () => {
    await using peer = openRaw(server.url);
    peer.write(batchOfPages(server.url, sessionId).repeat(3));
    await until(() => peer.statuses().length === 3);
  });
});

describe("an address that leaves too much unread", () => {
  it("loses the connection with the most unread bytes, and peers that read are answered", async () => {
    await using server = await startTestServer({}, { maxUnreadBytes: 8 * mebibyte });
    const sessionId = await fillChannel(server.url);
    const greedy = openSlow(server.url);
    const closed = gone(greedy);
    greedy.write(batchOfPages(server.url, sessionId).repeat(12));
    greedy.read(0);
    await until(() => greedy.readableLength > 0);
    await using calm = openRaw(server.url);
    for (let asked = 1; asked <= 12; asked += 1) {
      calm.write(batchOfPages(server.url, sessionId));
      await until(() => calm.statuses().length === asked);
    }
    // That it is cut shows behind what had come before.
    greedy.resume();
    await closed;
    expect(greedy.bytesRead).toBeLessThan(12 * 4 * mebibyte);
    expect(new Set(calm.statuses())).toEqual(new Set([200]));
  });
});

import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { openPeer } from "../../disconnects/disconnecting-peer.js";
import { watchServerSockets } from "../../disconnects/server-sockets.js";
import { fillChannel } from "../../setup/large-channel.js";
import { frame, upgradeRequest } from "../../setup/raw-peer.js";
import { startTestServer, type TestServer, until } from "../../setup/test-server.js";

const mebibyte = 1_048_576;

let server: TestServer;
let sessionId: string;
beforeAll(async () => {
  server = await startTestServer(
    {},
    // Beats are a fifth of `pingAfterMs` apart: many checks run before a peer counts as silent.
    { connectionTimeouts: { pingAfterMs: 300, silenceMs: 2_000, checkPeersEveryMs: 100 } },
  );
  sessionId = await fillChannel(server.url);
});
afterAll(() => server?.[Symbol.asyncDispose]());

/** A stock socket that reads at most 64 KiB each time, as over a line that carries no more. */
const openSlow = async (everyMs: number): Promise<{ socket: WebSocket; stop: () => void }> => {
  const { hostname, port } = new URL(server.url);
  const connection = connect({ host: hostname, port: Number(port) });
  const socket = new WebSocket(`${server.wsUrl}/trpc`, { createConnection: () => connection });
  socket.on("error", () => {});
  await once(socket, "open");
  connection.on("data", () => socket.pause());
  const sips = setInterval(() => socket.resume(), everyMs);
  return { socket, stop: () => clearInterval(sips) };
};

const page = (id: number) =>
  JSON.stringify({
    id,
    method: "query",
    params: { path: "getSessionMessages", input: { sessionId, limit: 100 } },
  });

describe("a socket with a slow connection", () => {
  it("gets all that it requested, although that takes longer than the time limit for silence", async () => {
    const { socket, stop } = await openSlow(50);
    const sizes: number[] = [];
    const answered = new Promise<void>((resolve) => {
      socket.on("message", (data) => {
        sizes.push(String(data).length);
        if (sizes.length === 10) resolve();
      });
    });
    // More than the kernel holds for a connection: what it has is delivered even by a socket that is cut.
    for (let id = 0; id < 10; id += 1) socket.send(page(id));
    await Promise.race([answered, once(socket, "close")]);
    stop();
    expect(sizes).toHaveLength(10);
    expect(Math.min(...sizes)).toBeGreaterThan(mebibyte / 2);
    socket.terminate();
  });

  it("is cut once it stops reading", async () => {
    using sockets = watchServerSockets();
    const asked = [
      upgradeRequest(server.url, "/trpc"),
      ...[1, 2, 3, 4, 5, 6].map((id) => frame({ payload: Buffer.from(page(id)) })),
    ];
    const peer = await openPeer(server.url, Buffer.concat(asked.map((part) => Buffer.from(part))));
    peer.pause();
    const end = await sockets.of(peer.port);
    await until(() => end.destroyed);
    peer.reset();
  });
});

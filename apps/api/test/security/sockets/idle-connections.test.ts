import { connect } from "node:net";
import { expect, it } from "vitest";
import { watchServerSockets } from "../../disconnects/server-sockets.js";
import { openRaw, type RawPeer, request, upgradeRequest } from "../../setup/raw-peer.js";
import { eventsPath } from "../../setup/subscribing.js";
import { startTestServer, typewriterId, until } from "../../setup/test-server.js";
import { createSession, restWire } from "../../setup/wires.js";

const stalledReadMs = 300;
const impatience = { connectionTimeouts: { stalledReadMs } };

/** Nothing of this process runs meanwhile: neither its timers nor the server's. */
const standStill = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

it("a request that arrives while the process stands still is answered, though its connection's time is up", async () => {
  using sockets = watchServerSockets();
  await using server = await startTestServer({}, impatience);
  const { hostname, port } = new URL(server.url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await using peer = openRaw(server.url, socket);
  await peer.connected;
  await sockets.of(socket.localPort ?? 0);
  peer.write(request(server.url, "GET /api/agents", ["Connection: close"]));
  standStill(2 * stalledReadMs);
  await peer.gone;
  expect(peer.statuses()).toEqual([200]);
});

it("a connection on which nothing arrives is closed", async () => {
  await using server = await startTestServer({}, impatience);
  await using peer = openRaw(server.url);
  await peer.gone;
  expect([peer.text(), peer.failure()]).toEqual(["", null]);
});

it("an idle connection, a listener and a call that waits for its reply outlast the time for a stalled one", async () => {
  await using server = await startTestServer({}, impatience);
  const wire = restWire(server.url);
  const { sessionId } = await createSession(wire, {
    agentId: typewriterId,
    metadata: { delayMs: 4 * stalledReadMs },
  });
  const path = eventsPath(sessionId);
  await using idle = openRaw(server.url);
  await using stream = openRaw(server.url);
  await using socket = openRaw(server.url);
  idle.write(request(server.url, "GET /api/agents"));
  stream.write(request(server.url, `GET ${path}`));
  socket.write(upgradeRequest(server.url, path));
  const listeners: readonly RawPeer[] = [stream, socket];
  await until(() => idle.statuses().length === 1);
  await until(() => listeners.every((peer) => peer.text().includes("session.started")));
  await using waiting = openRaw(server.url);
  const body = JSON.stringify({ content: "once", transport: "http" });
  const headers = ["Content-Type: application/json", `Content-Length: ${body.length}`];
  waiting.write(request(server.url, `POST /api/messaging/sessions/${sessionId}/messages`, headers, body));
  await until(() => waiting.statuses().length === 1);
  expect(waiting.statuses()).toEqual([201]);
  idle.write(request(server.url, "GET /api/agents"));
  await until(() => idle.statuses().length === 2);
  expect((await wire.call("endSession", { sessionId })).status).toBe(200);
  await until(() => listeners.every((peer) => peer.text().includes("session.ended")));
});

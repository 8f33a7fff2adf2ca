import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { databases } from "../../setup/databases.js";
import { echoId, type TestServer, until } from "../../setup/test-server.js";
import { createSession, restWire, trpcHttpWire } from "../../setup/wires.js";

describe.each(databases)("statistics on $name", ({ skip, start }) => {
  let server: TestServer;
  beforeAll(async () => {
    if (!skip) server = await start();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  it.skipIf(skip)("are the same over REST and tRPC, with the latency of dropped listeners", async () => {
    const wire = restWire(server.url);
    const from = new Date(Date.now() - 60_000).toISOString();
    const { sessionId } = await createSession(wire);
    await createSession(wire);
    const socket = new WebSocket(`${server.wsUrl}/api/messaging/sessions/${sessionId}/events`);
    let isClosed = false;
    socket.on("close", () => {
      isClosed = true;
    });
    await new Promise((resolve) => socket.once("message", resolve));
    const before = await wire.call("getStatistics", { from, points: 3 });
    expect(before).toMatchObject({
      status: 200,
      body: { from, activeSessions: 2, ended: { total: 0 }, dropLatency: null },
    });
    await wire.call("endSession", { sessionId });
    await until(() => isClosed);
    const { body } = await wire.call("getStatistics", { from, points: 4 });
    expect(body).toMatchObject({
      activeSessions: 1,
      points: [{ at: from, active: 0 }, {}, {}, { active: 1 }],
      ended: { total: 1, byCause: { requested: 1, bulk: 0 } },
      dropLatency: { listeners: 1, p50Ms: expect.any(Number), p99Ms: expect.any(Number) },
    });
    expect((body.agents as { agentId: string }[]).find(({ agentId }) => agentId === echoId)).toMatchObject({
      sessions: 1,
      pendingReplies: 0,
    });
    await using trpc = trpcHttpWire(server.url);
    const over = await trpc.call("getStatistics", { from, points: 4 });
    expect(over.body).toMatchObject({ from, points: { length: 4 }, ended: body.ended });
  });

  it.skipIf(skip)("refuse an invalid range", async () => {
    const wire = restWire(server.url);
    const from = new Date(Date.now() - 60_000).toISOString();
    for (const input of [
      {},
      { from: "yesterday" },
      { from, points: 1 },
      { from, points: 201 },
      { from, to: from },
    ])
      expect(await wire.call("getStatistics", input)).toMatchObject({
        status: 400,
        code: "VALIDATION_ERROR",
      });
  });
});

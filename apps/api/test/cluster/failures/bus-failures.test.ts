import type { AppRouter } from "@adjourn/router";
import { createTRPCClient, wsLink } from "@trpc/client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runningTimeOf } from "../../setup/running-time.js";
import { openSessionSocket } from "../../setup/session-socket.js";
import { hasReceived, plainWs } from "../../setup/subscribing.js";
import { until } from "../../setup/test-server.js";
import { createSession, openTrpcSocket } from "../../setup/wires.js";
import { startTwoNodes } from "../setup/cluster.js";
import { createSlowSession, expectDropped, listenOnAllWires, readRow, waitForReply } from "../setup/held.js";
import type { ClusterNode } from "../setup/node-process.js";
import { cannotRunCluster } from "../setup/what-is-missing.js";

/** Contract E7. */
const withinMs = 5_000;

describe.skipIf(await cannotRunCluster())("two nodes whose Redis fails", () => {
  let cluster: Awaited<ReturnType<typeof startTwoNodes>>;
  beforeAll(async () => {
    cluster = await startTwoNodes();
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  const areBoth = (status: string) =>
    until(async () => {
      const answers = await Promise.all(cluster.nodes.map(({ url }) => fetch(`${url}/readyz`)));
      const bodies = await Promise.all(answers.map((answer) => answer.json() as Promise<{ status: string }>));
      return answers.every(({ ok }) => ok) && bodies.every((body) => body.status === status);
    }, 20_000);

  beforeEach(() => areBoth("ready"), 30_000);

  /** How long (ms) an end takes to reach the other node's listeners while all is well. */
  const endCalmly = async (a: ClusterNode, b: ClusterNode): Promise<number> => {
    const { sessionId } = await createSession(a.rest);
    const received = await listenOnAllWires(b, sessionId);
    return runningTimeOf(async () => {
      await a.rest.call("endSession", { sessionId });
      await expectDropped(received);
    });
  };

  const failures = [
    { how: "killed", fail: () => cluster.redis.kill(), heal: () => cluster.redis.start() },
    { how: "paused", fail: () => cluster.redis.pause(), heal: () => cluster.redis.resume() },
  ];

  it.each(failures)(
    "with Redis $how an end is over on the other node within 5 s, and neither fails nor waits (E7)",
    async ({ fail, heal }) => {
      const [a, b] = cluster.nodes;
      const ids = await createSlowSession(a.rest);
      const others = await Promise.all(Array.from({ length: 5 }, () => createSession(a.rest)));
      const calmMs = await endCalmly(a, b);
      const received = await listenOnAllWires(b, ids.sessionId);
      const { answer } = await waitForReply(b, ids);
      await fail();
      // Without a word of Redis's, which says none before it is healed, and before anybody can have noticed.
      const tookMs = await runningTimeOf(async () => {
        const { status } = await a.rest.call("endSession", { sessionId: ids.sessionId });
        expect(status).toBe(200);
        await expectDropped(received);
        expect(await answer).toMatchObject({ status: 410, code: "SESSION_ENDED" });
      });
      // As much longer as the machine is busy.
      expect(tookMs).toBeLessThan(withinMs + 10 * calmMs);
      await areBoth("degraded");
      for (const { sessionId } of others)
        expect((await b.rest.call("endSession", { sessionId })).status).toBe(200);
      await heal();
      await areBoth("ready");
    },
  );

  it.each(failures)(
    "with Redis $how a socket of the session that only makes calls is closed on the other node within 5 s",
    async ({ fail, heal }) => {
      const [a, b] = cluster.nodes;
      const { sessionId } = await createSession(a.rest);
      using peer = await openSessionSocket(b.url, sessionId);
      await peer.ask("query", "getSession", { sessionId });
      await fail();
      const tookMs = await runningTimeOf(async () => {
        expect((await a.rest.call("endSession", { sessionId })).status).toBe(200);
        expect(await peer.closed).toBe("4410 session ended");
      });
      expect(tookMs).toBeLessThan(withinMs);
      await heal();
      await areBoth("ready");
    },
  );

  it.each(failures)(
    "with Redis $how a last message reaches the other node all the same",
    async ({ fail, heal }) => {
      const [a, b] = cluster.nodes;
      const { sessionId } = await createSession(a.rest);
      await using received = plainWs.listen(b.url, sessionId);
      await hasReceived(received, "session.started");
      await fail();
      const sent = await a.rest.call("sendSessionMessage", {
        sessionId,
        content: "the last",
        transport: "http",
      });
      expect(sent.status).toBe(201);
      const tookMs = await runningTimeOf(() => hasReceived(received, "message", 2));
      expect(tookMs).toBeLessThan(withinMs);
      await heal();
      await areBoth("ready");
      await a.rest.call("endSession", { sessionId });
      await expectDropped([received]);
      const contents = received.events.flatMap((event) =>
        event.type === "message" ? [event.message.content] : [],
      );
      expect(contents).toEqual(["the last", "the last"]);
    },
  );

  it.each(failures)("with Redis $how admins receive ends and creations of the other node", async (redis) => {
    const [a, b] = cluster.nodes;
    const { sessionId } = await createSession(a.rest);
    const socket = openTrpcSocket(b.url);
    const received: string[] = [];
    createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] }).adminEvents.subscribe(undefined, {
      onData: (event) => {
        if (event.type === "session.ended") received.push(`ended ${event.ending.sessionId}`);
        else received.push(event.type === "totals" ? "totals" : `${event.type} ${event.session.sessionId}`);
      },
    });
    await until(() => received.includes("totals"));
    await redis.fail();
    expect((await a.rest.call("endSession", { sessionId })).status).toBe(200);
    const begun = await createSession(a.rest);
    await until(() => received.includes(`ended ${sessionId}`));
    await until(() => received.includes(`session.created ${begun.sessionId}`));
    await redis.heal();
    await areBoth("ready");
    await a.rest.call("endSession", begun);
    await until(() => received.includes(`ended ${begun.sessionId}`));
    await socket.close();
  });

  it("with Redis paused a listener can still subscribe, and still receives the end", async () => {
    const [a, b] = cluster.nodes;
    const { sessionId } = await createSession(a.rest);
    cluster.redis.pause();
    await using received = plainWs.listen(b.url, sessionId);
    await hasReceived(received, "session.started");
    await a.rest.call("endSession", { sessionId });
    await expectDropped([received]);
    cluster.redis.resume();
    await areBoth("ready");
  });

  it.each(failures)(
    "with Redis $how a node starts all the same, and joins once it is back",
    async ({ fail, heal }) => {
      const [a] = cluster.nodes;
      await fail();
      await using late = await cluster.addNode();
      const ready = await fetch(`${late.url}/readyz`);
      expect({ code: ready.status, ...(await ready.json()) }).toMatchObject({
        code: 200,
        status: "degraded",
      });
      const { sessionId } = await createSession(late.rest);
      await using received = plainWs.listen(late.url, sessionId);
      await hasReceived(received, "session.started");
      await heal();
      await until(async () => (await readRow(a.rest, sessionId))?.listeners === 1, 20_000);
      await a.rest.call("endSession", { sessionId });
      await expectDropped([received]);
    },
  );

  it("a Redis that comes back empty gets the presence again and carries messages", async () => {
    const [a, b] = cluster.nodes;
    const { sessionId } = await createSession(a.rest);
    await using received = plainWs.listen(b.url, sessionId);
    await hasReceived(received, "session.started");
    await until(async () => (await readRow(a.rest, sessionId))?.listeners === 1);
    await cluster.redis.kill();
    await until(async () => (await readRow(a.rest, sessionId))?.listeners === 0);
    await cluster.redis.start();
    // A node learns what the other one holds only from Redis.
    await until(async () => (await readRow(a.rest, sessionId))?.listeners === 1, 20_000);
    await areBoth("ready");
    // A heartbeat's news is not stored: it comes over the bus or not at all.
    await until(async () => {
      await a.rest.call("renewSession", { sessionId });
      return received.events.some(({ type }) => type === "session.renewed");
    });
    await a.rest.call("endSession", { sessionId });
    await expectDropped([received]);
  });
});

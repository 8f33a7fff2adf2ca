import type { AppRouter } from "@adjourn/router";
import { createTRPCClient, wsLink } from "@trpc/client";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { eventsPath, hasReceived, plainWs } from "../setup/subscribing.js";
import { typewriterId, until } from "../setup/test-server.js";
import { createSession, openTrpcSocket } from "../setup/wires.js";
import { startTwoNodes } from "./setup/cluster.js";
import { readContents, readRow, waitForReply } from "./setup/held.js";
import { startFront } from "./setup/round-robin-front.js";
import { cannotRunCluster } from "./setup/what-is-missing.js";

describe.skipIf(await cannotRunCluster())("a node that is asked to stop", () => {
  let cluster: Awaited<ReturnType<typeof startTwoNodes>>;
  beforeAll(async () => {
    cluster = await startTwoNodes({ DRAIN_SECONDS: "3" });
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  /** How many nodes have presence records in Redis. */
  const countNodes = async (): Promise<number> => {
    const redis = new Redis(cluster.redis.url);
    try {
      return await redis.scard("adjourn:presence:nodes");
    } finally {
      redis.disconnect();
    }
  };

  it("drops listeners with 1012, refuses new calls, lets replies finish, and exits with 0", async () => {
    const [a] = cluster.nodes;
    const b = await cluster.addNode();
    await until(async () => (await countNodes()) === cluster.nodes.length + 1);
    const { sessionId, channelId } = await createSession(a.rest, { agentId: typewriterId });
    const socket = new WebSocket(`${b.url.replace("http", "ws")}${eventsPath(sessionId)}`);
    const closed = new Promise<number>((resolve) => socket.once("close", resolve));
    await using received = plainWs.listen(b.url, sessionId);
    await hasReceived(received, "session.started");
    const send = { sessionId, content: "to the very end", metadata: { delayMs: 250 }, transport: "http" };
    const reply = b.rest.call("sendSessionMessage", send);
    await hasReceived(received, "message.delta");
    b.terminate();
    expect(await closed).toBe(1012);
    const refused = await fetch(`${b.url}/api/messaging/sessions/${sessionId}`);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    const ready = await fetch(`${b.url}/readyz`);
    expect({ status: ready.status, ...(await ready.json()) }).toMatchObject({ status: "draining" });
    expect(await reply).toMatchObject({
      status: 201,
      body: { agentResponse: { content: "to the very end" } },
    });
    expect(await b.exited).toBe(0);
    expect(await readContents(a.rest, channelId)).toEqual(["to the very end", "to the very end"]);
    // Its registration is gone with it. Otherwise Redis would keep it until its lease of 6 s expires.
    expect(await countNodes()).toBe(cluster.nodes.length);
    expect((await readRow(a.rest, sessionId))?.listeners).toBe(0);
    expect((await a.rest.call("endSession", { sessionId })).status).toBe(200);
  });

  it("lets a stock client move to another node, and answers its pending calls here", async () => {
    const [a] = cluster.nodes;
    const b = await cluster.addNode();
    const { sessionId } = await createSession(a.rest, { agentId: typewriterId });
    await using front = await startFront([b.url]);
    const socket = openTrpcSocket(front.url);
    const client = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] });
    const said: string[] = [];
    const received = new Promise<void>((resolve, reject) => {
      client.sessionEvents.subscribe(
        { sessionId },
        {
          onData: ({ data }) => data.type === "message" && said.push(data.message.content),
          onComplete: resolve,
          onError: reject,
        },
      );
    });
    await until(async () => (await readRow(a.rest, sessionId))?.listeners === 1);
    const send = {
      sessionId,
      content: "on one socket",
      metadata: { delayMs: 300 },
      transport: "http" as const,
    };
    const answer = client.sendSessionMessage.mutate(send);
    await until(async () => (await readRow(a.rest, sessionId))?.pendingOperations === 1);
    front.use([a.url]);
    b.terminate();
    expect(await answer).toMatchObject({ agentResponse: { content: "on one socket" } });
    expect(await b.exited).toBe(0);
    await until(async () => (await readRow(a.rest, sessionId))?.listeners === 1);
    await a.rest.call("endSession", { sessionId });
    await received;
    expect(said).toEqual(["on one socket", "on one socket"]);
    await socket.close();
  });

  it("waits no longer than DRAIN_SECONDS, and stores the text so far of no reply that it cuts off", async () => {
    const [a, b] = cluster.nodes;
    const ids = await createSession(a.rest, { agentId: typewriterId });
    const { answer } = await waitForReply(b, ids);
    const startedAt = performance.now();
    b.terminate();
    expect(await answer).toMatchObject({ status: 503, code: "SERVICE_UNAVAILABLE" });
    expect(await b.exited).toBe(0);
    expect(performance.now() - startedAt).toBeGreaterThan(2_900);
    expect(await readContents(a.rest, ids.channelId)).toEqual(["a b c"]);
    expect((await a.rest.call("endSession", { sessionId: ids.sessionId })).status).toBe(200);
  });
});

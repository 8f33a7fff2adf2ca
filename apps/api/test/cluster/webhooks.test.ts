import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../setup/server-process.js";
import { until } from "../setup/test-server.js";
import { type Receiver, startReceiver } from "../webhooks/receiver.js";
import { createOn, deliveriesOn, endOn, webhookEnv } from "../webhooks/webhook-setup.js";
import { startTwoNodes } from "./setup/cluster.js";
import { cannotRunCluster } from "./setup/what-is-missing.js";

describe.skipIf(await cannotRunCluster())("webhooks of two nodes", () => {
  let cluster: Awaited<ReturnType<typeof startTwoNodes>>;
  let receiver: Receiver;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder();
    receiver = await startReceiver();
    cluster = await startTwoNodes(await webhookEnv(folder.path, { id: "a", url: receiver.url }));
  });
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
    await receiver?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  it("each event is sent once while both nodes live, in the order of its session", async () => {
    const [a, b] = cluster.nodes;
    const sessions = await Promise.all(Array.from({ length: 30 }, (_, i) => createOn((i % 2 ? a : b).url)));
    await Promise.all(sessions.map((sessionId, i) => endOn((i % 3 ? a : b).url, sessionId)));
    await until(async () => (await deliveriesOn(a.url, "?status=pending")).length === 0);
    expect(receiver.forged).toEqual([]);
    for (const sessionId of sessions)
      expect(receiver.of(sessionId).map(({ type }) => type)).toEqual(["session.created", "session.ended"]);
  });

  it("what a killed node was sending is sent by the other within 30 s", async () => {
    const [a, b] = cluster.nodes;
    receiver.answer = () => {};
    const sessionId = await createOn(b.url);
    await until(() => receiver.of(sessionId).length === 1);
    receiver.answer = (response) => response.writeHead(204).end();
    // The node that stored the event was woken by its own commit, so it is the one that sends.
    const [delivery] = await deliveriesOn(a.url, `?sessionId=${sessionId}`);
    expect(delivery).toMatchObject({ status: "pending", attempts: [] });
    const killedAt = performance.now();
    await b.kill();
    await until(
      async () => (await deliveriesOn(a.url, `?sessionId=${sessionId}&status=delivered`)).length === 1,
      35_000,
    );
    expect(performance.now() - killedAt).toBeLessThan(31_000);
    expect(new Set(receiver.of(sessionId).map(({ id }) => id)).size).toBe(1);
  }, 60_000);
});

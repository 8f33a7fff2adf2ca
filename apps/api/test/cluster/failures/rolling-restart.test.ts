import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasReceived, listenerWires, type Received } from "../../setup/subscribing.js";
import { until } from "../../setup/test-server.js";
import { createSession, restWire, type Wire } from "../../setup/wires.js";
import { startTwoNodes } from "../setup/cluster.js";
import { readEnding } from "../setup/held.js";
import { listenResuming } from "../setup/resuming-listener.js";
import { startFront } from "../setup/round-robin-front.js";
import { type Conversation, startSteadyLoad } from "../setup/steady-load.js";
import { cannotRunCluster } from "../setup/what-is-missing.js";

const clients = 4;

describe.skipIf(await cannotRunCluster())("two nodes behind a front, restarted one after the other", () => {
  let cluster: Awaited<ReturnType<typeof startTwoNodes>>;
  beforeAll(async () => {
    cluster = await startTwoNodes({ DRAIN_SECONDS: "10" });
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  it("lose no acknowledged message and no end, and listeners resume without a gap or a repeat", async () => {
    const urls = cluster.nodes.map(({ url }) => url);
    await using front = await startFront(urls);
    const load = startSteadyLoad(front.url, clients);
    const steady = await createSession(restWire(front.url));
    // Those of tRPC come back by themselves.
    const watching = listenerWires.slice(0, 2).map(({ listen }) => listen(front.url, steady.sessionId));
    for (const received of watching) await hasReceived(received, "session.started");
    await using plain = listenResuming(front.url, steady.sessionId);
    await plain.started;
    await load.more(2);
    for (const [index, node] of cluster.nodes.entries()) {
      node.terminate();
      await say(front.url, steady.sessionId, `while ${index} leaves`);
      expect(await node.exited).toBe(0);
      await say(front.url, steady.sessionId, `while ${index} is gone`);
      urls[index] = (await cluster.addNode()).url;
      front.use(urls);
      await load.more(clients);
    }
    await load.stop();
    const wire = restWire(front.url);
    for (const conversation of load.conversations) await expectWhole(wire, conversation);

    const stored = await readIds(wire, steady.channelId);
    expect(stored).toHaveLength(8);
    for (const received of watching) await until(() => idsOf(received).length >= stored.length);
    await until(() => plain.messageIds.length >= stored.length);
    await wire.call("endSession", { sessionId: steady.sessionId });
    for (const received of watching) {
      expect(await received.over).toEqual({ how: "ended" });
      expect(idsOf(received)).toEqual(stored);
      received.leave();
    }
    expect(await plain.over).toBe("ended");
    expect(plain.messageIds).toEqual(stored);
    // Wherever it listened, that node left once.
    expect(plain.returns).toBeGreaterThan(0);
  }, 120_000);
});

/** Says it until it is accepted; a node that drains, or takes no request any more, has stored nothing of it. */
const say = (url: string, sessionId: string, content: string): Promise<void> =>
  until(async () => {
    const send = { sessionId, content, transport: "http" };
    const answer = await restWire(url).call("sendSessionMessage", send);
    if (answer.status !== 201) expect([502, 503]).toContain(answer.status);
    return answer.status === 201;
  });

const idsOf = ({ events }: Received): readonly string[] =>
  events.flatMap((event) => (event.type === "message" ? [event.message.id] : []));

const readIds = async (wire: Wire, channelId: string): Promise<readonly string[]> => {
  const { body } = await wire.call("getChannelMessages", { channelId, limit: 100 });
  return (body.messages as { id: string }[]).map(({ id }) => id).reverse();
};

const expectWhole = async (wire: Wire, conversation: Conversation): Promise<void> => {
  const { sessionId, channelId, acknowledged, listener, endKey, endAnswer } = conversation;
  const stored = await readIds(wire, channelId);
  expect(stored).toEqual(expect.arrayContaining([...acknowledged]));
  // A subscriber that was away at the end is refused when it comes back. What it received until then has no gap.
  const how = await listener.over;
  expect(listener.messageIds).toEqual(
    stored.slice(0, how === "ended" ? undefined : listener.messageIds.length),
  );
  expect(await wire.call("endSession", { sessionId, idempotencyKey: endKey })).toEqual(endAnswer);
  expect(await wire.call("getSession", { sessionId })).toMatchObject({ status: 404 });
  expect(await readEnding(wire, sessionId)).toMatchObject({ messageCount: stored.length });
};

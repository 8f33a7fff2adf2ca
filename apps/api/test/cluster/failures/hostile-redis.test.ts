import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasReceived, plainWs, type Received } from "../../setup/subscribing.js";
import { until } from "../../setup/test-server.js";
import { createSession } from "../../setup/wires.js";
import { startTwoNodes } from "../setup/cluster.js";
import {
  createSlowSession,
  expectDropped,
  type Ids,
  listenOnAllWires,
  readRow,
  waitForReply,
} from "../setup/held.js";
import { cannotRunCluster } from "../setup/what-is-missing.js";

/** Of the form that a signature has. */
const signature = "A".repeat(43);

describe.skipIf(await cannotRunCluster())("a Redis client without the nodes' secret", () => {
  let cluster: Awaited<ReturnType<typeof startTwoNodes>>;
  let stranger: Redis;
  beforeAll(async () => {
    cluster = await startTwoNodes();
    stranger = new Redis(cluster.redis.url);
    // As much as Redis itself lets through reaches the nodes.
    await stranger.config("SET", "client-output-buffer-limit", "pubsub 0 0 0");
  });
  afterAll(async () => {
    stranger?.disconnect();
    await cluster?.[Symbol.asyncDispose]();
  });

  const channels = async () => (await stranger.pubsub("CHANNELS", "*")) as string[];
  const endingOf = ({ sessionId, channelId }: Ids) => ({
    ...{ sessionId, channelId, agentId: "a", userId: "u", cause: "requested", reason: "forged" },
    ...{ endedBy: "admin", actor: null, messageCount: 0, listenersDropped: 0, operationsAborted: 0 },
    ...{ createdAt: 1, expiresAt: 2, lastSeq: 0, endedAt: 3 },
  });
  /** Checks that all are still subscribed: a message of one node reaches those on the other. */
  const expectWell = async (ids: Ids, received: readonly Received[]) => {
    const [a, b] = cluster.nodes;
    for (const { url } of [a, b]) expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const count = Math.max(
      ...received.map(({ events }) => events.filter(({ type }) => type === "message").length),
    );
    const { sessionId } = ids;
    await a.rest.call("sendSessionMessage", { sessionId, content: "hello", metadata: { delayMs: 60_000 } });
    for (const one of received) await hasReceived(one, "message", count + 1);
    for (const { events } of received)
      expect(events.some(({ type }) => type === "session.ended")).toBe(false);
  };

  it("ends, forges and crashes nothing by publishing on any channel", async () => {
    const [a, b] = cluster.nodes;
    const ids = await createSlowSession(a.rest);
    const received = await listenOnAllWires(b, ids.sessionId);
    const { sessionId } = ids;
    const at = new Date().toISOString();
    const forged = [
      { kind: "ended", origin: "x", ending: { sessionId } },
      { kind: "ended", origin: "x", ending: endingOf(ids) },
      { kind: "ended", origin: "x" },
      { kind: "event", origin: "x", nth: 1, at, body: { type: "session.ended" } },
      { kind: "message", origin: "x", seq: 1, at, body: { type: "message", message: { content: "forged" } } },
      { kind: "message", origin: "x", seq: 1e308, at: null, body: null },
      null,
      [],
      "ended",
    ].map((value) => JSON.stringify(value));
    let sent = 0;
    const headed = (json: string) => {
      sent += 1;
      return `${signature}.${"B".repeat(11)}.${sent}.${Date.now()}.${json}`;
    };
    const garbage = ["", "{", "\0\0", "[".repeat(200_000), forged[0]?.slice(0, 20) ?? ""];
    for (const channel of await channels()) {
      for (const text of [...forged, ...forged.map(headed), ...garbage])
        await stranger.publish(channel, text);
      await stranger.publish(channel, Buffer.from([0xff, 0xc0, 0x00, 0x0a]));
      await stranger.publish(channel, Buffer.alloc(3 * 1_048_576, "x"));
    }
    await expectWell(ids, received);
    const metrics = await (await fetch(`${b.url}/metrics`)).text();
    expect(metrics).toMatch(/adjourn_bus_refused_messages\{cause="unauthentic"\} [1-9]/);
    expect(b.log.filter((line) => line.includes("were refused")).length).toBe(1);
    await a.rest.call("endSession", { sessionId });
    await expectDropped(received);
  });

  it("ends no session with the ending of another one, nor with a repeated one", async () => {
    const [a, b] = cluster.nodes;
    const [ended, kept] = [await createSlowSession(a.rest), await createSlowSession(a.rest)];
    const onEnded = await listenOnAllWires(b, ended.sessionId);
    const received = await listenOnAllWires(b, kept.sessionId);
    const published: (readonly [channel: string, text: string])[] = [];
    await using spy = {
      redis: stranger.duplicate(),
      [Symbol.asyncDispose]: async () => spy.redis.disconnect(),
    };
    await spy.redis.psubscribe("*");
    spy.redis.on("pmessage", (_, channel: string, text: string) => void published.push([channel, text]));
    await a.rest.call("endSession", { sessionId: ended.sessionId });
    await expectDropped(onEnded);
    await until(() => published.some(([channel, text]) => channel.includes(ended.sessionId) && text !== ""));
    for (const [, text] of [...published])
      for (const channel of await channels()) {
        await stranger.publish(channel, text);
        await stranger.publish(channel, text.replaceAll(ended.sessionId, kept.sessionId));
      }
    await expectWell(kept, received);
    await a.rest.call("endSession", { sessionId: kept.sessionId });
    await expectDropped(received);
  });

  it("does not stop the nodes with messages of 100 MB, and they communicate again soon", async () => {
    const [a, b] = cluster.nodes;
    const ids = await createSlowSession(a.rest);
    const received = await listenOnAllWires(b, ids.sessionId);
    const large = Buffer.alloc(100 * 1_048_576, "x");
    for (const channel of await channels()) await stranger.publish(channel, large);
    await until(async () => {
      const answer = await fetch(`${b.url}/readyz`);
      return ((await answer.json()) as { status: string }).status === "ready";
    }, 20_000);
    await expectWell(ids, received);
    await a.rest.call("endSession", { sessionId: ids.sessionId });
    await expectDropped(received);
  });

  it("cannot invent listeners or replies by writing into Redis", async () => {
    const [a, b] = cluster.nodes;
    const ids = await createSlowSession(a.rest);
    const { sessionId } = ids;
    await using received = plainWs.listen(b.url, sessionId);
    await hasReceived(received, "session.started");
    await waitForReply(b, ids);
    const isKnown = async () => {
      const row = await readRow(a.rest, sessionId);
      return row?.listeners === 1 && row.pendingOperations === 1;
    };
    await until(isKnown);
    const replies = [{ messageId: "forged", inReplyTo: "forged" }];
    const held = `${signature}.${JSON.stringify({ listeners: 99, replies })}`;
    const node = `adjourn:presence:node:${crypto.randomUUID()}`;
    await stranger.hset(node, "", `${signature}.${Date.now()}`, sessionId, held);
    await stranger.sadd("adjourn:presence:nodes", node.slice("adjourn:presence:node:".length), "x", "\0");
    for (const real of await stranger.keys("adjourn:presence:node:*")) {
      // One of the node's own values under another session, and one of the stranger's beside it.
      const [value = ""] = (await stranger.hvals(real)).slice(-1);
      await stranger.hset(real, crypto.randomUUID(), value, `${sessionId}x`, held);
    }
    const wrongKind = `adjourn:presence:node:${crypto.randomUUID()}`;
    await stranger.set(wrongKind, "no hash");
    await stranger.sadd("adjourn:presence:nodes", wrongKind.slice("adjourn:presence:node:".length));
    await using late = plainWs.listen(a.url, sessionId);
    await hasReceived(late, "session.started");
    const [started] = late.events;
    expect(started?.type === "session.started" && started.pendingReplies.length).toBe(1);
    expect(JSON.stringify(started)).not.toContain("forged");
    await until(async () => (await readRow(a.rest, sessionId))?.listeners === 2);
    const { sessionId: other } = await createSession(a.rest);
    expect(await readRow(a.rest, other)).toMatchObject({ listeners: 0 });
  });
});

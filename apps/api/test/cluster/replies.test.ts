import type { SessionEvent } from "@adjourn/sessions";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasReceived, type Received } from "../setup/subscribing.js";
import { until } from "../setup/test-server.js";
import type { Answer } from "../setup/wires.js";
import { startTwoNodes } from "./setup/cluster.js";
import { createSlowSession, type Ids, listenOnAllWires, readContents } from "./setup/held.js";
import type { ClusterNode } from "./setup/node-process.js";
import { cannotRunCluster } from "./setup/what-is-missing.js";

/** Words that the agent says over 40 s, one each 0.2 s. */
const words = Array.from({ length: 200 }, (_, index) => `w${index}`).join(" ");
const slowly = { content: words, metadata: { delayMs: 200 } } as const;

/** A caller who waits for a reply of `node`; resolves once the reply has begun. */
const startReply = async (node: ClusterNode, { sessionId, channelId }: Ids, more = {}) => {
  const answer = node.rest.call("sendSessionMessage", { sessionId, ...slowly, transport: "http", ...more });
  // An early failure must not be an unhandled rejection.
  answer.catch(() => {});
  await until(async () => (await readContents(node.rest, channelId)).length > 0);
  const { body } = await node.rest.call("getChannelMessages", { channelId });
  const [message] = body.messages as { id: string }[];
  return { answer, messageId: message?.id ?? "" };
};

/** What a listener knows of the reply: the text so far that it started with, and the deltas since. */
const textOf = ({ events }: Received): string => {
  const of = (event: SessionEvent): string => {
    if (event.type === "session.started") return event.pendingReplies[0]?.text ?? "";
    return event.type === "message.delta" ? event.text : "";
  };
  return events.map(of).join("");
};

const cancel = (node: ClusterNode, sessionId: string, messageId: string): Promise<Answer> =>
  node.rest.call("cancelReply", { sessionId, messageId });

describe.skipIf(await cannotRunCluster())("a reply that another node runs", () => {
  let cluster: Awaited<ReturnType<typeof startTwoNodes>>;
  beforeAll(async () => {
    cluster = await startTwoNodes();
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  it("is known with its text so far, goes on without a gap, and is cancelled, on every wire", async () => {
    const [a, b] = cluster.nodes;
    const ids = await createSlowSession(a.rest);
    const { answer, messageId } = await startReply(a, ids);
    const [early] = await listenOnAllWires(b, ids.sessionId);
    if (!early) throw new Error("Nobody listens");
    await hasReceived(early, "message.delta", 2);
    const received = await listenOnAllWires(b, ids.sessionId);
    for (const one of received) await hasReceived(one, "message.delta", 2);
    expect((await cancel(b, ids.sessionId, messageId)).body).toMatchObject({ stored: true });
    const { agentResponse } = (await answer).body as { agentResponse: { id: string; text: string } };
    expect(agentResponse).toMatchObject({ finishReason: "cancelled" });
    expect(words.startsWith(agentResponse.text)).toBe(true);
    for (const one of [early, ...received]) {
      await hasReceived(one, "message");
      expect(one.events.at(-1)).toMatchObject({
        type: "message",
        message: { id: agentResponse.id, content: agentResponse.text, finishReason: "cancelled" },
      });
      // A message that the store gives sooner than the bus leaves the last deltas out.
      expect(agentResponse.text.startsWith(textOf(one))).toBe(true);
    }
    expect(await readContents(b.rest, ids.channelId)).toEqual([words, agentResponse.text]);
  });

  it("is waited for by a send that is repeated here, and asked for once", async () => {
    const [a, b] = cluster.nodes;
    const ids = await createSlowSession(a.rest);
    const once = { idempotencyKey: "once", content: "a b", metadata: { delayMs: 300 } };
    const { answer } = await startReply(a, ids, once);
    const send = { sessionId: ids.sessionId, ...once };
    const repeated = await b.rest.call("sendSessionMessage", { ...send, transport: "http" });
    expect(repeated).toEqual(await answer);
    const other = await b.rest.call("sendSessionMessage", { ...send, content: "another" });
    expect(other).toMatchObject({ status: 409, code: "IDEMPOTENCY_KEY_REUSED" });
    expect(await readContents(a.rest, ids.channelId)).toEqual(["a b", "a b"]);
  });

  it("is cancelled here with Redis dead, and starts listeners without its text", async () => {
    const [a, b] = cluster.nodes;
    const ids = await createSlowSession(a.rest);
    const { answer, messageId } = await startReply(a, ids);
    await cluster.redis.kill();
    await until(async () => (await fetch(`${b.url}/readyz`).then((it) => it.text())).includes("degraded"));
    const received = await listenOnAllWires(b, ids.sessionId);
    for (const { events } of received)
      expect(events[0]).toMatchObject({
        pendingReplies: [{ inReplyTo: messageId, text: null, nextIndex: null }],
      });
    expect(await cancel(b, ids.sessionId, messageId)).toMatchObject({ status: 200, body: { stored: true } });
    expect((await answer).body).toMatchObject({ agentResponse: { finishReason: "cancelled" } });
    expect(await cancel(b, ids.sessionId, messageId)).toMatchObject({ status: 404, code: "REPLY_NOT_FOUND" });
    for (const one of received) await hasReceived(one, "message");
    await cluster.redis.start();
  });

  it("is lost with its node: a repeated send fails, and there is nothing to cancel", async () => {
    const [a, b] = cluster.nodes;
    const ids = await createSlowSession(a.rest);
    const once = { idempotencyKey: "once" };
    const { answer, messageId } = await startReply(a, ids, once);
    await a.kill();
    await answer.catch(() => {});
    const repeat = (transport: string) =>
      b.rest.call("sendSessionMessage", { sessionId: ids.sessionId, ...slowly, ...once, transport });
    expect(await repeat("websocket")).toMatchObject({ status: 201, body: { id: messageId } });
    expect(await repeat("http")).toMatchObject({ status: 502, code: "AGENT_FAILED" });
    expect(await cancel(b, ids.sessionId, messageId)).toMatchObject({ status: 404, code: "REPLY_NOT_FOUND" });
    expect(await readContents(b.rest, ids.channelId)).toEqual([words]);
  });
});

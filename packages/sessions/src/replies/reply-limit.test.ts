import { createFakeClock, createTestService, noPresence } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";
import type { Presence } from "../ports/index.js";
import { requireReplySlot } from "./reply-limit.js";

const tooMany = { code: "RATE_LIMITED", details: { limit: 100 } };

describe("the limit of 100 replies in flight in a session", () => {
  it("counts the replies of all nodes", async () => {
    const { sessions, otherNode, agent, create } = createTestService();
    const { sessionId } = await create();
    const send = (node: typeof sessions) =>
      node.sendSessionMessage({ sessionId, content: "hello", transport: "websocket" });
    for (let nth = 0; nth < 60; nth += 1) await send(sessions);
    for (let nth = 0; nth < 40; nth += 1) await send(otherNode);
    await expect(send(sessions)).rejects.toMatchObject(tooMany);
    await expect(send(otherNode)).rejects.toMatchObject(tooMany);
    expect(sessions.held().operations).toBe(60);
    expect(otherNode.held().operations).toBe(40);

    const waiting = agent.nextTurn();
    (await waiting).fail(new Error("no"));
    await new Promise((resolve) => setImmediate(resolve));
    await send(otherNode);
    await expect(send(sessions)).rejects.toMatchObject(tooMany);
  });

  it("is exact on one node, however many calls arrive at once", async () => {
    const { sessions, create, send } = createTestService();
    const { sessionId } = await create();
    const sent = await Promise.allSettled(Array.from({ length: 120 }, () => send(sessionId, "hello")));
    expect(sent.filter(({ status }) => status === "fulfilled")).toHaveLength(100);
    expect(sessions.held().operations).toBe(100);
  });

  it("admits exactly the free number of concurrent calls", async () => {
    const { sessions, otherNode, create } = createTestService();
    const { sessionId } = await create();
    const send = (node: typeof sessions) =>
      node.sendSessionMessage({ sessionId, content: "hello", transport: "websocket" });
    for (let nth = 0; nth < 95; nth += 1) await send(sessions);
    const sent = await Promise.allSettled(Array.from({ length: 10 }, () => send(otherNode)));
    expect(sent.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    expect(otherNode.held().operations).toBe(5);
  });

  it("leaves nothing held after a refused call", async () => {
    const { sessions, otherNode, create, send } = createTestService();
    const { sessionId } = await create();
    for (let nth = 0; nth < 100; nth += 1) await send(sessionId, "hello");
    const one = { sessionId, content: "hello", transport: "websocket" } as const;
    await expect(otherNode.sendSessionMessage(one)).rejects.toMatchObject(tooMany);
    expect(otherNode.held()).toEqual({ sessions: 0, listeners: 0, operations: 0 });
    expect(sessions.held().operations).toBe(100);
  });

  it.each<[string, Presence["remote"]]>([
    ["does not answer", () => new Promise(() => {})],
    ["fails", () => Promise.reject(new Error("no"))],
  ])("counts the node's own replies if presence %s, after 100 ms", async (_, remote) => {
    const clock = createFakeClock(0);
    const presence: Presence = { ...noPresence, remote };
    const slot = requireReplySlot({ clock, presence }, "session", 100);
    await clock.advance(100);
    await slot;
    expect(clock.pendingTimers).toBe(0);
  });
});

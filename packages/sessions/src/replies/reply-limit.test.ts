import { createFakeClock, createTestService } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";
import type { Presence } from "../ports/index.js";
import { requireReplySlot } from "./reply-limit.js";

const tooMany = { code: "RATE_LIMITED", details: { limit: 100 } };

describe("100 replies under way in a session", () => {
  it("are counted over all nodes: what others write leaves less room here", async () => {
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

  it("are exact on one node, however many calls come at once", async () => {
    const { sessions, create, send } = createTestService();
    const { sessionId } = await create();
    const sent = await Promise.allSettled(Array.from({ length: 120 }, () => send(sessionId, "hello")));
    expect(sent.filter(({ status }) => status === "fulfilled")).toHaveLength(100);
    expect(sessions.held().operations).toBe(100);
  });

  it("let as many of those that come at once begin as there is room for", async () => {
    const { sessions, otherNode, create } = createTestService();
    const { sessionId } = await create();
    const send = (node: typeof sessions) =>
      node.sendSessionMessage({ sessionId, content: "hello", transport: "websocket" });
    for (let nth = 0; nth < 95; nth += 1) await send(sessions);
    const sent = await Promise.allSettled(Array.from({ length: 10 }, () => send(otherNode)));
    expect(sent.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    expect(otherNode.held().operations).toBe(5);
  });

  it("leave nothing held of a session in which one was refused", async () => {
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
  ])("are the node's own where presence %s, and nobody waits for long", async (_, remote) => {
    const clock = createFakeClock(0);
    const presence: Presence = { report: () => {}, remote };
    const asked = requireReplySlot({ clock, presence }, "session", 100);
    await clock.advance(100);
    await asked;
    expect(clock.pendingTimers).toBe(0);
  });
});

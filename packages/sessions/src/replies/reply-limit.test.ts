import { createTestService } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";

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
    expect(sessions.localTotals().operations).toBe(60);
    expect(otherNode.localTotals().operations).toBe(40);

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
    expect(sessions.localTotals().operations).toBe(100);
  });

  it("is exact over nodes that begin replies at the same moment", async () => {
    const { sessions, otherNode, create } = createTestService();
    const { sessionId } = await create();
    const sent = await Promise.allSettled(
      Array.from({ length: 160 }, (_, nth) =>
        (nth % 2 ? sessions : otherNode).sendSessionMessage({
          sessionId,
          content: "hello",
          transport: "websocket",
        }),
      ),
    );
    expect(sent.filter(({ status }) => status === "fulfilled")).toHaveLength(100);
    expect(sessions.localTotals().operations + otherNode.localTotals().operations).toBe(100);
  });

  it("admits exactly the free number of concurrent calls", async () => {
    const { sessions, otherNode, create } = createTestService();
    const { sessionId } = await create();
    const send = (node: typeof sessions) =>
      node.sendSessionMessage({ sessionId, content: "hello", transport: "websocket" });
    for (let nth = 0; nth < 95; nth += 1) await send(sessions);
    const sent = await Promise.allSettled(Array.from({ length: 10 }, () => send(otherNode)));
    expect(sent.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    expect(otherNode.localTotals().operations).toBe(5);
  });

  it("leaves nothing held after a refused call", async () => {
    const { sessions, otherNode, create, send } = createTestService();
    const { sessionId } = await create();
    for (let nth = 0; nth < 100; nth += 1) await send(sessionId, "hello");
    const one = { sessionId, content: "hello", transport: "websocket" } as const;
    await expect(otherNode.sendSessionMessage(one)).rejects.toMatchObject(tooMany);
    expect(otherNode.localTotals()).toEqual({ sessions: 0, listeners: 0, operations: 0 });
    expect(sessions.localTotals().operations).toBe(100);
  });
});

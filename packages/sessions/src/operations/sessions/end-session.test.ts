import { createTestService, RecordingSink } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";
import { gatherCountsMs } from "../../realtime/ending-counts.js";

const admin = { endedBy: "admin", actor: "ops" } as const;
const code = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "answered",
    (error: { code?: unknown }) => error.code,
  );

describe("ending a session", () => {
  it("succeeds for exactly one of many callers on two nodes", async () => {
    const { sessions, otherNode, create } = createTestService();
    const { sessionId } = await create();
    const calls = Array.from({ length: 20 }, (_, i) =>
      code((i % 2 ? sessions : otherNode).endSession({ sessionId }, admin)),
    );
    const answers = await Promise.all(calls);
    expect(answers.filter((answer) => answer === "answered")).toHaveLength(1);
    expect(answers.filter((answer) => answer === "SESSION_NOT_FOUND")).toHaveLength(19);
  });

  it("drops every listener on every node, session.ended last", async () => {
    const { sessions, otherNode, create, clock } = createTestService();
    const { sessionId } = await create();
    const [here, there] = [new RecordingSink(), new RecordingSink()];
    await sessions.sessionEvents({ sessionId }, here);
    await otherNode.sessionEvents({ sessionId }, there);
    await sessions.endSession({ sessionId, reason: "enough" }, admin);
    await clock.advance(0);
    for (const sink of [here, there]) {
      expect(sink.types).toEqual(["session.started", "session.ended"]);
      expect(sink.events.at(-1)).toMatchObject({ cause: "requested", reason: "enough" });
      expect(sink.closings).toEqual(["ended"]);
    }
  });

  it("aborts a reply in flight and stores nothing of it, however late it is", async () => {
    const { sessions, agent, create, send, clock } = createTestService();
    const { sessionId, channelId } = await create();
    const waiting = code(send(sessionId, "hello", "http"));
    const reply = await agent.nextTurn();
    reply.say("half a");
    await clock.advance(0);
    await sessions.endSession({ sessionId }, admin);
    expect(reply.turn.signal.aborted).toBe(true);
    expect(await waiting).toBe("SESSION_ENDED");
    reply.say(" reply");
    reply.finish();
    await clock.advance(0);
    const { messages } = await sessions.getChannelMessages({ channelId, limit: 50 });
    expect(messages.map(({ content }) => content)).toEqual(["hello"]);
  });

  it("records who ended it, why, and what was dropped and aborted", async () => {
    const { sessions, agent, create, send, clock } = createTestService();
    const { sessionId } = await create();
    await sessions.sessionEvents({ sessionId }, new RecordingSink());
    await send(sessionId, "hello");
    await agent.nextTurn();
    await sessions.endSession({ sessionId, reason: "abuse" }, admin);
    await clock.advance(gatherCountsMs);
    const ending = await sessions.getEnding({ sessionId });
    expect(ending).toMatchObject({
      sessionId,
      cause: "requested",
      reason: "abuse",
      endedBy: "admin",
      actor: "ops",
      messageCount: 1,
      listenersDropped: 1,
      operationsAborted: 1,
    });
    expect((await sessions.listEndings({ limit: 10 })).endings).toEqual([ending]);
  });

  it("answers a retry with the same key like the first call, and another key with 404", async () => {
    const { sessions, create } = createTestService();
    const { sessionId } = await create();
    const first = await sessions.endSession({ sessionId, idempotencyKey: "k", reason: "a" }, admin);
    expect(await sessions.endSession({ sessionId, idempotencyKey: "k", reason: "b" }, admin)).toEqual(first);
    expect(await code(sessions.endSession({ sessionId, idempotencyKey: "other" }, admin))).toBe(
      "SESSION_NOT_FOUND",
    );
  });

  it("has a record only after the end", async () => {
    const { sessions, create } = createTestService();
    const { sessionId } = await create();
    for (const id of [sessionId, "unknown"])
      expect(await code(sessions.getEnding({ sessionId: id }))).toBe("SESSION_NOT_FOUND");
    const { endedAt } = await sessions.endSession({ sessionId }, admin);
    expect(await sessions.getEnding({ sessionId })).toMatchObject({ sessionId, endedAt });
  });

  it("answers a retry on any node like the first call, whatever was dropped since", async () => {
    const { sessions, otherNode, create, clock } = createTestService();
    const { sessionId } = await create();
    const there = new RecordingSink();
    for (const sink of [new RecordingSink(), new RecordingSink()])
      await sessions.sessionEvents({ sessionId }, sink);
    await otherNode.sessionEvents({ sessionId }, there);
    const first = await sessions.endSession({ sessionId, idempotencyKey: "k" }, admin);
    await clock.advance(0);
    expect(there.closings).toEqual(["ended"]);
    for (const node of [sessions, otherNode, sessions])
      expect(await node.endSession({ sessionId, idempotencyKey: "k" }, admin)).toEqual(first);
    await clock.advance(gatherCountsMs);
    expect(await otherNode.getEnding({ sessionId })).toMatchObject({ listenersDropped: 3 });
  });

  it("gives concurrent calls with one key on all nodes the same answer", async () => {
    const { sessions, otherNode, create } = createTestService();
    for (let round = 0; round < 10; round++) {
      const { sessionId } = await create();
      await sessions.sessionEvents({ sessionId }, new RecordingSink());
      await otherNode.sessionEvents({ sessionId }, new RecordingSink());
      const calls = Array.from({ length: 10 }, (_, i) =>
        (i % 2 ? sessions : otherNode).endSession({ sessionId, idempotencyKey: "k" }, admin),
      );
      const [first, ...others] = await Promise.all(calls);
      for (const other of others) expect(other).toEqual(first);
    }
  });

  it("writes only the end if nothing was dropped or aborted", async () => {
    const { sessions, store, create } = createTestService();
    const { sessionId } = await create();
    const written: string[] = [];
    const { addEndingCounts } = store;
    store.addEndingCounts = (...args) => {
      written.push("addEndingCounts");
      return addEndingCounts(...args);
    };
    await sessions.endSession({ sessionId, idempotencyKey: "k" }, admin);
    await sessions.endSession({ sessionId, idempotencyKey: "k" }, admin);
    expect(written).toEqual([]);
  });

  it("holds nothing after listeners have closed, or after one second", async () => {
    const { sessions, otherNode, agent, create, send, clock, bus } = createTestService();
    const { sessionId } = await create();
    const unresponsive = new RecordingSink();
    await sessions.sessionEvents({ sessionId }, unresponsive);
    await send(sessionId, "hello");
    await agent.nextTurn();
    await sessions.endSession({ sessionId }, admin);
    await clock.advance(1_000);
    expect(unresponsive.closings).toEqual(["ended", "destroyed"]);
    const nothing = { sessions: 0, listeners: 0, operations: 0 };
    expect(sessions.localTotals()).toEqual(nothing);
    expect(otherNode.localTotals()).toEqual(nothing);
    expect(bus.subscriptions).toBe(0);
  });

  it("ends what matches in bulk, and only counts it in a dry run", async () => {
    const { sessions, create, clock } = createTestService();
    const made = await Promise.all(Array.from({ length: 250 }, create));
    const sessionIds = made.slice(0, 220).map(({ sessionId }) => sessionId);
    const sink = new RecordingSink();
    await sessions.sessionEvents({ sessionId: sessionIds[0] ?? "" }, sink);
    expect(await sessions.endSessions({ sessionIds, dryRun: true }, admin)).toEqual({
      ended: 0,
      matched: 220,
    });
    const ended = sessions.endSessions({ sessionIds, dryRun: false }, admin);
    await clock.advance(1);
    expect(await ended).toEqual({ ended: 220, matched: 220 });
    expect(sink.events.at(-1)).toMatchObject({ type: "session.ended", cause: "bulk" });
    expect((await sessions.listSessions({ limit: 100 })).total).toBe(30);
  });
});

describe("the expiry", () => {
  it("ends a session within a second, with its own cause, and later calls are answered with 410", async () => {
    const { sessions, create, clock } = createTestService();
    const { sessionId } = await create();
    const sink = new RecordingSink();
    await sessions.sessionEvents({ sessionId }, sink);
    await clock.advance(30 * 60_000 - 1);
    expect(sink.types).toEqual(["session.started", "session.expiring"]);
    await clock.advance(1_000);
    expect(sink.events.at(-1)).toMatchObject({ type: "session.ended", cause: "expired" });
    expect(await code(sessions.getSession({ sessionId }))).toBe("SESSION_EXPIRED");
    expect(await code(sessions.getSession({ sessionId }))).toBe("SESSION_EXPIRED");
    expect(await code(sessions.endSession({ sessionId }, admin))).toBe("SESSION_NOT_FOUND");
  });

  it("ends a session at once if a change of its timeout moves it into the past", async () => {
    const { sessions, create, clock } = createTestService();
    const { sessionId } = await create();
    await clock.advance(10 * 60_000);
    const info = await sessions.updateSessionTimeout({ sessionId, timeoutMinutes: 5 });
    expect(info.timeRemaining).toBe(0);
    expect(await code(sessions.getSession({ sessionId }))).toBe("SESSION_EXPIRED");
    expect((await sessions.listEndings({ limit: 1 })).endings[0]).toMatchObject({
      sessionId,
      cause: "expired",
      endedBy: "system",
    });
  });
});

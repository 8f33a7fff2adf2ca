import { createTestService, RecordingSink } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";

const admin = { endedBy: "admin", actor: "ops" } as const;
const code = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "answered",
    (error: { code?: unknown }) => error.code,
  );

describe("ending a session", () => {
  it("answers exactly one of many callers on two nodes", async () => {
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
    const { sessions, otherNode, create } = createTestService();
    const { sessionId } = await create();
    const [here, there] = [new RecordingSink(), new RecordingSink()];
    await sessions.sessionEvents({ sessionId }, here);
    await otherNode.sessionEvents({ sessionId }, there);
    await sessions.endSession({ sessionId, reason: "enough" }, admin);
    await there.until(({ farewells }) => farewells.length > 0);
    for (const writer of [here, there]) {
      expect(writer.types).toEqual(["session.started", "session.ended"]);
      expect(writer.events.at(-1)).toMatchObject({ cause: "requested", reason: "enough" });
      expect(writer.farewells).toEqual(["ended"]);
    }
  });

  it("aborts a reply under way and stores nothing of it, however late it comes", async () => {
    const { sessions, agent, create, send, clock } = createTestService();
    const { sessionId, channelId } = await create();
    const waiting = code(send(sessionId, "hello", "http"));
    const reply = await agent.nextTurn();
    reply.say("half a");
    await clock.advance(0);
    await sessions.endSession({ sessionId }, admin);
    expect(await waiting).toBe("SESSION_ENDED");
    expect(reply.turn.signal.aborted).toBe(true);
    reply.say(" reply");
    reply.finish();
    await clock.advance(0);
    const { messages } = await sessions.getChannelMessages({ channelId, limit: 50 });
    expect(messages.map(({ content }) => content)).toEqual(["hello"]);
  });

  it("is on record with who, why and what it cut", async () => {
    const { sessions, agent, create, send, clock } = createTestService();
    const { sessionId } = await create();
    await sessions.sessionEvents({ sessionId }, new RecordingSink());
    await send(sessionId, "hello");
    await agent.nextTurn();
    await sessions.endSession({ sessionId, reason: "abuse" }, admin);
    await clock.advance(0);
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

  it("gives a retry with the same key the first answer, and another key 404", async () => {
    const { sessions, create } = createTestService();
    const { sessionId } = await create();
    const first = await sessions.endSession({ sessionId, idempotencyKey: "k", reason: "a" }, admin);
    expect(await sessions.endSession({ sessionId, idempotencyKey: "k", reason: "b" }, admin)).toEqual(first);
    expect(await code(sessions.endSession({ sessionId, idempotencyKey: "other" }, admin))).toBe(
      "SESSION_NOT_FOUND",
    );
  });

  it("is on record once it is over, and not before", async () => {
    const { sessions, create } = createTestService();
    const { sessionId } = await create();
    for (const id of [sessionId, "unknown"])
      expect(await code(sessions.getEnding({ sessionId: id }))).toBe("SESSION_NOT_FOUND");
    const { endedAt } = await sessions.endSession({ sessionId }, admin);
    expect(await sessions.getEnding({ sessionId })).toMatchObject({ sessionId, endedAt });
  });

  it("gives a retry on any node the first answer, whatever was cut since", async () => {
    const { sessions, otherNode, create } = createTestService();
    const { sessionId } = await create();
    const there = new RecordingSink();
    for (const writer of [new RecordingSink(), new RecordingSink()])
      await sessions.sessionEvents({ sessionId }, writer);
    await otherNode.sessionEvents({ sessionId }, there);
    const first = await sessions.endSession({ sessionId, idempotencyKey: "k" }, admin);
    await there.until(({ farewells }) => farewells.length > 0);
    for (const node of [sessions, otherNode, sessions])
      expect(await node.endSession({ sessionId, idempotencyKey: "k" }, admin)).toEqual(first);
    expect(await otherNode.getEnding({ sessionId })).toMatchObject({ listenersDropped: 3 });
  });

  it("gives calls with one key on all nodes at once one answer", async () => {
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

  it("costs no write beside the end itself where nothing was cut", async () => {
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

  it("leaves nothing held once listeners have answered or their second is over", async () => {
    const { sessions, otherNode, agent, create, send, clock, bus } = createTestService();
    const { sessionId } = await create();
    const deaf = new RecordingSink();
    await sessions.sessionEvents({ sessionId }, deaf);
    await send(sessionId, "hello");
    await agent.nextTurn();
    await sessions.endSession({ sessionId }, admin);
    await clock.advance(1_000);
    expect(deaf.farewells).toEqual(["ended", "destroyed"]);
    const nothing = { sessions: 0, listeners: 0, operations: 0 };
    expect(sessions.held()).toEqual(nothing);
    expect(otherNode.held()).toEqual(nothing);
    expect(bus.subscriptions).toBe(0);
  });

  it("ends what matches in bulk, and only counts it on a dry run", async () => {
    const { sessions, create } = createTestService();
    const made = await Promise.all(Array.from({ length: 250 }, create));
    const sessionIds = made.slice(0, 220).map(({ sessionId }) => sessionId);
    const writer = new RecordingSink();
    await sessions.sessionEvents({ sessionId: sessionIds[0] ?? "" }, writer);
    expect(await sessions.endSessions({ sessionIds, dryRun: true }, admin)).toEqual({
      ended: 0,
      matched: 220,
    });
    expect(await sessions.endSessions({ sessionIds, dryRun: false }, admin)).toEqual({
      ended: 220,
      matched: 220,
    });
    await writer.until(({ farewells }) => farewells.length > 0);
    expect(writer.events.at(-1)).toMatchObject({ type: "session.ended", cause: "bulk" });
    expect((await sessions.listSessions({ limit: 100 })).total).toBe(30);
  });
});

describe("running out of time", () => {
  it("ends a session by itself within a second, with its own cause, and answers 410 from then on", async () => {
    const { sessions, create, clock } = createTestService();
    const { sessionId } = await create();
    const writer = new RecordingSink();
    await sessions.sessionEvents({ sessionId }, writer);
    await clock.advance(30 * 60_000 - 1);
    expect(writer.types).toEqual(["session.started", "session.expiring"]);
    await clock.advance(1_000);
    expect(writer.events.at(-1)).toMatchObject({ type: "session.ended", cause: "expired" });
    expect(await code(sessions.getSession({ sessionId }))).toBe("SESSION_EXPIRED");
    expect(await code(sessions.getSession({ sessionId }))).toBe("SESSION_EXPIRED");
    expect(await code(sessions.endSession({ sessionId }, admin))).toBe("SESSION_NOT_FOUND");
  });

  it("expires a session at once where a change of its timeout puts its end into the past", async () => {
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

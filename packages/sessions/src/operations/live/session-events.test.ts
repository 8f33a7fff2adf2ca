import { createTestService, RecordingSink, scriptedAgentId, testUserId } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";
import { StoreUnavailableError } from "../../model/errors.js";
import type { BusMessage } from "../../ports/bus-message.js";
import { maxWaitingBytes } from "../../realtime/subscriber.js";

const caller = { endedBy: "anonymous", actor: null } as const;

describe("a subscriber", () => {
  it("receives messages and replies in order and once, on both nodes", async () => {
    const { sessions, otherNode, agent, create, send, clock } = createTestService();
    const { sessionId } = await create();
    const [here, there] = [new RecordingSink(), new RecordingSink()];
    await sessions.sessionEvents({ sessionId }, here);
    await otherNode.sessionEvents({ sessionId }, there);
    await send(sessionId, "one");
    const reply = await agent.nextTurn();
    await send(sessionId, "two");
    reply.say("first ");
    reply.say("answer");
    reply.finish();
    await clock.advance(0);
    for (const sink of [here, there]) {
      expect(sink.contents).toEqual(["one", "two", "first answer"]);
      const deltas = sink.events.flatMap((event) => (event.type === "message.delta" ? [event] : []));
      expect(deltas.map(({ index, text }) => [index, text])).toEqual([
        [0, "first "],
        [1, "answer"],
      ]);
      expect(new Set(sink.events.map(({ id }) => id)).size).toBe(sink.events.length);
    }
  });

  it("ends only on an ending that is published on its own session's subject", async () => {
    const { sessions, otherNode, bus, create, clock } = createTestService();
    const [ended, kept] = [await create(), await create()];
    const sink = new RecordingSink();
    await otherNode.sessionEvents({ sessionId: kept.sessionId }, sink);
    await otherNode.sessionEvents({ sessionId: ended.sessionId }, new RecordingSink());
    const subject = `session.${ended.sessionId}`;
    const published: BusMessage[] = [];
    bus.subscribe(subject, (message) => published.push(message));
    await sessions.sessionEvents({ sessionId: ended.sessionId }, new RecordingSink());
    await sessions.endSession({ sessionId: ended.sessionId }, caller);
    await clock.advance(0);
    const end = published.find((message) => message.kind === "ended");
    if (end?.kind !== "ended") throw new Error("the end was not published");
    const again = await create();
    await otherNode.sessionEvents({ sessionId: again.sessionId }, new RecordingSink());
    const misplaced = { ...end, ending: { ...end.ending, sessionId: kept.sessionId } };
    bus.publish(`session.${again.sessionId}`, misplaced);
    await clock.advance(0);
    expect(sink.events.map(({ type }) => type)).toEqual(["session.started"]);
    bus.publish(`session.${kept.sessionId}`, misplaced);
    await clock.advance(0);
    expect(sink.events.at(-1)?.type).toBe("session.ended");
  });

  it("resumes after its last id without loss or repetition, whatever the type of that event", async () => {
    const { sessions, agent, create, send, clock } = createTestService();
    const { sessionId } = await create();
    const first = new RecordingSink();
    const subscription = await sessions.sessionEvents({ sessionId }, first);
    await send(sessionId, "one");
    const reply = await agent.nextTurn();
    reply.say("a piece");
    await clock.advance(0);
    expect(first.events.at(-1)?.type).toBe("message.delta");
    subscription.leave();
    reply.finish();
    await clock.advance(0);
    for (let i = 0; i < 120; i++)
      await send(sessionId, `more ${i}`, "websocket").then(() =>
        agent.nextTurn().then((turn) => turn.fail(new Error("no"))),
      );
    await clock.advance(0);
    const second = new RecordingSink();
    await sessions.sessionEvents({ sessionId, lastEventId: first.lastId }, second);
    await clock.advance(0);
    expect(second.types[0]).toBe("session.started");
    expect(second.contents).toEqual(["a piece", ...Array.from({ length: 120 }, (_, i) => `more ${i}`)]);
  });

  it.each(["nonsense", "00000000-0000-4000-8000-000000000000.1.m"])(
    "is refused with the last id %s",
    async (lastEventId) => {
      const { sessions, create } = createTestService();
      const { sessionId } = await create();
      const refused = sessions.sessionEvents({ sessionId, lastEventId }, new RecordingSink());
      await expect(refused).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
      expect(sessions.localTotals().sessions).toBe(0);
    },
  );

  it("is refused with a last id that is ahead of the session", async () => {
    const { sessions, create } = createTestService();
    const { sessionId } = await create();
    const refused = sessions.sessionEvents(
      { sessionId, lastEventId: `${sessionId}.1.m` },
      new RecordingSink(),
    );
    await expect(refused).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
  });

  it("is dropped when it reads too slowly, which aborts no reply", async () => {
    const { sessions, agent, create, send, clock } = createTestService();
    const { sessionId } = await create();
    const slow = new RecordingSink();
    await sessions.sessionEvents({ sessionId }, slow);
    await send(sessionId, "one");
    const reply = await agent.nextTurn();
    slow.waitingBytes = maxWaitingBytes + 1;
    reply.say("piece");
    await clock.advance(0);
    expect(slow.closings).toEqual(["too_slow"]);
    expect(reply.turn.signal.aborted).toBe(false);
    expect(sessions.localTotals()).toEqual({ sessions: 1, listeners: 0, operations: 1 });
  });

  it("is refused if the session ends before session.started is written", async () => {
    const { sessions, create, store } = createTestService();
    const { sessionId } = await create();
    const sink = new RecordingSink();
    const read = store.readSession.bind(store);
    store.readSession = async (id) => {
      const live = await read(id);
      await sessions.endSession({ sessionId }, caller);
      return live;
    };
    await expect(sessions.sessionEvents({ sessionId }, sink)).rejects.toMatchObject({
      code: "SESSION_NOT_FOUND",
    });
    expect(sink.events).toEqual([]);
    expect(sessions.localTotals().sessions).toBe(0);
  });

  it("gets the end at the next reconciliation if the bus lost it", async () => {
    const { sessions, otherNode, create, clock, bus } = createTestService();
    const { sessionId } = await create();
    const sink = new RecordingSink();
    await otherNode.sessionEvents({ sessionId }, sink);
    bus.publish = () => {};
    await sessions.endSession({ sessionId }, caller);
    await clock.advance(2_000);
    expect(sink.types.at(-1)).toBe("session.ended");
  });

  it("receives nothing of the session that continues its channel, however late it gets the end", async () => {
    const { sessions, otherNode, create, send, clock, bus } = createTestService();
    const { sessionId, channelId } = await create();
    const sink = new RecordingSink();
    await otherNode.sessionEvents({ sessionId }, sink);
    bus.publish = () => {};
    await send(sessionId, "its own");
    await sessions.endSession({ sessionId }, caller);
    const next = await sessions.createSession({ agentId: scriptedAgentId, userId: testUserId, channelId });
    await send(next.sessionId, "its successor's");
    await clock.advance(2_000);
    expect(sink.contents).toEqual(["its own"]);
    expect(sink.types.at(-1)).toBe("session.ended");
  });

  it("receives nothing of that session if the end happens while a gap is filled", async () => {
    const { sessions, otherNode, create, send, clock, bus, store } = createTestService();
    const { sessionId, channelId } = await create();
    const sink = new RecordingSink();
    await otherNode.sessionEvents({ sessionId }, sink);
    const { publish } = bus;
    bus.publish = () => {};
    await send(sessionId, "lost");
    const read = store.readMessagesAfter;
    store.readMessagesAfter = async (...range) => {
      store.readMessagesAfter = read;
      await sessions.endSession({ sessionId }, caller);
      const next = await sessions.createSession({ agentId: scriptedAgentId, userId: testUserId, channelId });
      await send(next.sessionId, "its successor's");
      return read(...range);
    };
    await clock.advance(2_000);
    bus.publish = publish;
    await clock.advance(4_000);
    expect(sink.contents).toEqual(["lost"]);
    expect(sink.types.at(-1)).toBe("session.ended");
  });

  it("gets from the store a message that the bus lost", async () => {
    const { sessions, otherNode, create, send, clock, bus } = createTestService();
    const { sessionId } = await create();
    const sink = new RecordingSink();
    await otherNode.sessionEvents({ sessionId }, sink);
    const publish = bus.publish;
    bus.publish = () => {};
    await send(sessionId, "lost");
    bus.publish = publish;
    await send(sessionId, "published");
    await clock.advance(0);
    expect(sink.contents).toEqual(["lost", "published"]);
    expect(sessions.localTotals().listeners).toBe(0);
  });

  it("receives what is buffered behind a gap that the store could not fill, and later the gap", async () => {
    const { sessions, otherNode, create, send, clock, bus, store } = createTestService();
    const { sessionId } = await create();
    const sink = new RecordingSink();
    await otherNode.sessionEvents({ sessionId }, sink);
    const { publish } = bus;
    bus.publish = () => {};
    await send(sessionId, "lost");
    bus.publish = publish;
    const read = store.readMessagesAfter;
    store.readMessagesAfter = () => Promise.reject(new StoreUnavailableError("away"));
    await send(sessionId, "behind the gap");
    await sessions.renewSession({ sessionId });
    await clock.advance(0);
    expect(sink.contents).toEqual([]);
    expect(sink.types.filter((type) => type === "session.renewed")).toHaveLength(2);
    store.readMessagesAfter = read;
    await clock.advance(2_000);
    expect(sink.contents).toEqual(["lost", "behind the gap"]);
  });
});

describe("admins", () => {
  it("receive totals first, then created, changed and ended sessions", async () => {
    const { sessions, create, clock } = createTestService();
    const { events } = sessions.adminEvents();
    expect((await events.next()).value).toMatchObject({ type: "totals", activeSessions: 0 });
    const { sessionId } = await create();
    await clock.advance(250);
    expect((await events.next()).value).toMatchObject({ type: "session.created", session: { sessionId } });
    await sessions.sessionEvents({ sessionId }, new RecordingSink());
    await clock.advance(250);
    expect((await events.next()).value).toMatchObject({ type: "session.changed", session: { listeners: 1 } });
    await sessions.endSession({ sessionId }, caller);
    expect((await events.next()).value).toMatchObject({ type: "session.ended", ending: { sessionId } });
    await events.return();
    await clock.advance(2_000);
  });
});

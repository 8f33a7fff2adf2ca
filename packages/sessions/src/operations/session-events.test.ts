import { createTestService, RecordingSink, scriptedAgentId, testUserId } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";
import { StoreUnavailableError } from "../model/errors.js";
import type { BusMessage } from "../ports/bus-message.js";
import { maxWaitingBytes } from "../realtime/subscriber.js";

const caller = { endedBy: "anonymous", actor: null } as const;

describe("listening", () => {
  it("hears messages and replies in order, each once, on both nodes", async () => {
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
    for (const writer of [here, there]) {
      expect(writer.contents).toEqual(["one", "two", "first answer"]);
      const deltas = writer.events.flatMap((event) => (event.type === "message.delta" ? [event] : []));
      expect(deltas.map(({ index, text }) => [index, text])).toEqual([
        [0, "first "],
        [1, "answer"],
      ]);
      expect(new Set(writer.events.map(({ id }) => id)).size).toBe(writer.events.length);
    }
  });

  it("ends by an ending that is said on its own session's subject alone", async () => {
    const { sessions, otherNode, bus, create, clock } = createTestService();
    const [ended, kept] = [await create(), await create()];
    const writer = new RecordingSink();
    await otherNode.sessionEvents({ sessionId: kept.sessionId }, writer);
    await otherNode.sessionEvents({ sessionId: ended.sessionId }, new RecordingSink());
    const subject = `session.${ended.sessionId}`;
    const heard: BusMessage[] = [];
    bus.subscribe(subject, (message) => heard.push(message));
    await sessions.sessionEvents({ sessionId: ended.sessionId }, new RecordingSink());
    await sessions.endSession({ sessionId: ended.sessionId }, caller);
    await clock.advance(0);
    const said = heard.find((message) => message.kind === "ended");
    if (said?.kind !== "ended") throw new Error("the end was not said");
    const again = await create();
    await otherNode.sessionEvents({ sessionId: again.sessionId }, new RecordingSink());
    const misplaced = { ...said, ending: { ...said.ending, sessionId: kept.sessionId } };
    bus.publish(`session.${again.sessionId}`, misplaced);
    await clock.advance(0);
    expect(writer.events.map(({ type }) => type)).toEqual(["session.started"]);
    bus.publish(`session.${kept.sessionId}`, misplaced);
    await clock.advance(0);
    expect(writer.events.at(-1)?.type).toBe("session.ended");
  });

  it("resumes behind its last id without loss or repeat, whatever kind of event that was", async () => {
    const { sessions, agent, create, send, clock } = createTestService();
    const { sessionId } = await create();
    const first = new RecordingSink();
    const { leave } = await sessions.sessionEvents({ sessionId }, first);
    await send(sessionId, "one");
    const reply = await agent.nextTurn();
    reply.say("a piece");
    await clock.advance(0);
    expect(first.events.at(-1)?.type).toBe("message.delta");
    leave();
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
    "refuses the last id %s",
    async (lastEventId) => {
      const { sessions, create } = createTestService();
      const { sessionId } = await create();
      const refused = sessions.sessionEvents({ sessionId, lastEventId }, new RecordingSink());
      await expect(refused).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
      expect(sessions.held().sessions).toBe(0);
    },
  );

  it("refuses a last id that is ahead of the session", async () => {
    const { sessions, create } = createTestService();
    const { sessionId } = await create();
    const refused = sessions.sessionEvents(
      { sessionId, lastEventId: `${sessionId}.1.m` },
      new RecordingSink(),
    );
    await expect(refused).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
  });

  it("closes one that reads too slowly, and aborts nothing by it", async () => {
    const { sessions, agent, create, send, clock } = createTestService();
    const { sessionId } = await create();
    const slow = new RecordingSink();
    await sessions.sessionEvents({ sessionId }, slow);
    await send(sessionId, "one");
    const reply = await agent.nextTurn();
    slow.waitingBytes = maxWaitingBytes + 1;
    reply.say("piece");
    await clock.advance(0);
    expect(slow.farewells).toEqual(["too_slow"]);
    expect(reply.turn.signal.aborted).toBe(false);
    expect(sessions.held()).toEqual({ sessions: 1, listeners: 0, operations: 1 });
  });

  it("is refused, not lost, when the end falls between its entering and its first word", async () => {
    const { sessions, create, store } = createTestService();
    const { sessionId } = await create();
    const writer = new RecordingSink();
    const read = store.readSession.bind(store);
    store.readSession = async (id) => {
      const live = await read(id);
      await sessions.endSession({ sessionId }, caller);
      return live;
    };
    await expect(sessions.sessionEvents({ sessionId }, writer)).rejects.toMatchObject({
      code: "SESSION_NOT_FOUND",
    });
    expect(writer.events).toEqual([]);
    expect(sessions.held().sessions).toBe(0);
  });

  it("finds the end at its next look when the bus lost it", async () => {
    const { sessions, otherNode, create, clock, bus } = createTestService();
    const { sessionId } = await create();
    const writer = new RecordingSink();
    await otherNode.sessionEvents({ sessionId }, writer);
    bus.publish = () => {};
    await sessions.endSession({ sessionId }, caller);
    await clock.advance(2_000);
    expect(writer.types.at(-1)).toBe("session.ended");
  });

  it("hears nothing of the session that goes on with its channel, however late it learns of the end", async () => {
    const { sessions, otherNode, create, send, clock, bus } = createTestService();
    const { sessionId, channelId } = await create();
    const writer = new RecordingSink();
    await otherNode.sessionEvents({ sessionId }, writer);
    bus.publish = () => {};
    await send(sessionId, "its own");
    await sessions.endSession({ sessionId }, caller);
    const next = await sessions.createSession({ agentId: scriptedAgentId, userId: testUserId, channelId });
    await send(next.sessionId, "its successor's");
    await clock.advance(2_000);
    expect(writer.contents).toEqual(["its own"]);
    expect(writer.types.at(-1)).toBe("session.ended");
  });

  it("hears nothing of that session either where the end falls into the filling of a gap", async () => {
    const { sessions, otherNode, create, send, clock, bus, store } = createTestService();
    const { sessionId, channelId } = await create();
    const writer = new RecordingSink();
    await otherNode.sessionEvents({ sessionId }, writer);
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
    expect(writer.contents).toEqual(["lost"]);
    expect(writer.types.at(-1)).toBe("session.ended");
  });

  it("fills a message that the bus lost from the store", async () => {
    const { sessions, otherNode, create, send, clock, bus } = createTestService();
    const { sessionId } = await create();
    const writer = new RecordingSink();
    await otherNode.sessionEvents({ sessionId }, writer);
    const publish = bus.publish;
    bus.publish = () => {};
    await send(sessionId, "lost");
    bus.publish = publish;
    await send(sessionId, "heard");
    await clock.advance(0);
    expect(writer.contents).toEqual(["lost", "heard"]);
    expect(sessions.held().listeners).toBe(0);
  });

  it("passes on what waits behind a gap that the store could not fill, and fills it later", async () => {
    const { sessions, otherNode, create, send, clock, bus, store } = createTestService();
    const { sessionId } = await create();
    const writer = new RecordingSink();
    await otherNode.sessionEvents({ sessionId }, writer);
    const { publish } = bus;
    bus.publish = () => {};
    await send(sessionId, "lost");
    bus.publish = publish;
    const read = store.readMessagesAfter;
    store.readMessagesAfter = () => Promise.reject(new StoreUnavailableError("away"));
    await send(sessionId, "behind the gap");
    await sessions.renewSession({ sessionId });
    await clock.advance(0);
    expect(writer.contents).toEqual([]);
    expect(writer.types.filter((type) => type === "session.renewed")).toHaveLength(2);
    store.readMessagesAfter = read;
    await clock.advance(2_000);
    expect(writer.contents).toEqual(["lost", "behind the gap"]);
  });
});

describe("admins", () => {
  it("see totals first, then sessions come, change and go", async () => {
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

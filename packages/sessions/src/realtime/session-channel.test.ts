import { createTestService, RecordingSink } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";

const caller = { endedBy: "anonymous", actor: null } as const;

describe("what a node holds of a session", () => {
  it("gives an event that fell while a listener entered an id that resumes behind all it was sent", async () => {
    const { sessions, create, send, clock, agent } = createTestService();
    const { sessionId } = await create();
    await send(sessionId, "before");
    (await agent.nextTurn()).fail(new Error("no"));
    await clock.advance(0);
    const writer = new RecordingSink();
    const listening = sessions.sessionEvents({ sessionId }, writer);
    await sessions.renewSession({ sessionId });
    const { leave } = await listening;
    await clock.advance(0);
    expect(writer.types).toEqual(["session.started", "session.renewed"]);
    leave();

    const again = new RecordingSink();
    await sessions.sessionEvents({ sessionId, lastEventId: writer.lastId }, again);
    await clock.advance(0);
    expect(again.types).toEqual(["session.started"]);
  });

  it("passes an event of another node on once, however often the bus brings it", async () => {
    const { sessions, bus, create, clock } = createTestService();
    const { sessionId } = await create();
    const writer = new RecordingSink();
    await sessions.sessionEvents({ sessionId }, writer);
    const piece = (index: number) =>
      bus.publish(`session.${sessionId}`, {
        origin: "elsewhere",
        kind: "event",
        nth: index + 1,
        at: "2026-01-01T00:00:00.000Z",
        body: { type: "message.delta", messageId: "reply", inReplyTo: "question", index, text: "…" },
      });
    for (const index of [0, 0, 2, 1, 2, 3]) piece(index);
    await clock.advance(0);
    const indexes = writer.events.flatMap((event) => (event.type === "message.delta" ? [event.index] : []));
    expect(indexes).toEqual([0, 2, 3]);
  });

  it("passes no piece of a reply on behind the whole of it, which the store gave first", async () => {
    const { sessions, store, bus, create, send, agent, clock } = createTestService();
    const { sessionId } = await create();
    const writer = new RecordingSink();
    await sessions.sessionEvents({ sessionId }, writer);
    await send(sessionId, "question");
    const piece = (messageId: string, index: number) =>
      bus.publish(`session.${sessionId}`, {
        origin: "elsewhere",
        kind: "event",
        nth: index + 1,
        at: "2026-01-01T00:00:00.000Z",
        body: {
          type: "message.delta",
          messageId,
          inReplyTo: "question",
          index,
          text: `${messageId} ${index}`,
        },
      });
    piece("reply", 0);
    const draft = { sessionId, isAgent: true, inReplyTo: "question", metadata: {}, attachments: null };
    await store.appendMessage({ ...draft, id: "reply", content: "reply" });
    // What this node stores next shows it that one is missing.
    const turn = await agent.nextTurn();
    turn.say("mine");
    turn.finish();
    await clock.advance(0);
    piece("reply", 1);
    piece("another", 2);
    await clock.advance(0);
    const heard = writer.events.flatMap((event) => {
      if (event.type === "message") return [`${event.message.content} whole`];
      return event.type === "message.delta" ? [event.text] : [];
    });
    expect(heard).toEqual(["question whole", "reply 0", "mine", "reply whole", "mine whole", "another 2"]);
  });

  it("passes its own pieces on before the whole, though it fills a gap from the store meanwhile", async () => {
    const { sessions, store, create, send, agent, clock } = createTestService();
    const { sessionId } = await create();
    const writer = new RecordingSink();
    await sessions.sessionEvents({ sessionId }, writer);
    await send(sessionId, "question");
    const turn = await agent.nextTurn();
    const draft = { sessionId, isAgent: false, inReplyTo: null, metadata: {}, attachments: null };
    await store.appendMessage({ ...draft, id: "elsewhere", content: "unheard" });
    const { readMessagesAfter } = store;
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      store.readMessagesAfter = async (...page) => {
        resolve();
        await new Promise<void>((go) => (answer = go));
        return readMessagesAfter(...page);
      };
    });
    await send(sessionId, "another");
    await asked;
    store.readMessagesAfter = readMessagesAfter;
    turn.say("piece");
    await clock.advance(0);
    turn.finish();
    await clock.advance(0);
    answer();
    await clock.advance(0);
    expect(writer.contents).toEqual(["question", "unheard", "another", "piece"]);
    expect(writer.types.slice(-2)).toEqual(["message.delta", "message"]);
  });

  it("tells a listener that catches up of every change since the state it was told, in its place", async () => {
    const { sessions, create, send, clock, agent } = createTestService();
    const { sessionId } = await create();
    const first = new RecordingSink();
    (await sessions.sessionEvents({ sessionId }, first)).leave();
    for (const content of ["one", "two"]) {
      await send(sessionId, content);
      (await agent.nextTurn()).fail(new Error("no"));
    }
    const writer = new RecordingSink();
    let read = () => {};
    writer.drained = () => new Promise((resolve) => (read = resolve));
    writer.waitingBytes = 300_000;
    await sessions.sessionEvents({ sessionId, lastEventId: first.lastId }, writer);
    await clock.advance(0);
    expect(writer.types).toEqual(["session.started", "message"]);
    await sessions.updateSessionTimeout({ sessionId, timeoutMinutes: 7 });
    await send(sessionId, "three");
    writer.waitingBytes = 0;
    read();
    await clock.advance(0);
    expect(writer.contents).toEqual(["one", "two", "three"]);
    expect(writer.types.slice(-3)).toEqual(["session.updated", "message", "session.renewed"]);
  });

  it("sends a listener what another knew when it came, though neither was told of it", async () => {
    const { sessions, store, create, clock } = createTestService();
    const { sessionId } = await create();
    const { readSession } = store;
    let answer = () => {};
    store.readSession = async (id) => {
      const read = await readSession(id);
      await new Promise<void>((resolve) => (answer = resolve));
      return read;
    };
    const early = new RecordingSink();
    const entering = sessions.sessionEvents({ sessionId }, early);
    await clock.advance(0);
    store.readSession = readSession;
    // Stored by a node that nothing is heard of.
    const draft = { sessionId, isAgent: false, inReplyTo: null, metadata: {}, attachments: null };
    await store.appendMessage({ ...draft, id: "elsewhere", content: "one" });
    await sessions.sessionEvents({ sessionId }, new RecordingSink());
    answer();
    await entering;
    await clock.advance(0);
    expect(early.contents).toEqual(["one"]);
  });

  it("is released by the time that a retry of the end is answered, even before the first answer", async () => {
    const { sessions, otherNode, store, create, clock } = createTestService();
    const { sessionId } = await create();
    const writer = new RecordingSink();
    await sessions.sessionEvents({ sessionId }, writer);
    // Ended in the store, and this node not told.
    await store.endSession({ sessionId, reason: null, caller, idempotencyKey: "once" });
    await sessions.endSession({ sessionId, idempotencyKey: "once" }, caller);
    expect(sessions.held()).toEqual({ sessions: 0, listeners: 0, operations: 0 });
    await clock.advance(0);
    expect(writer.types).toEqual(["session.started", "session.ended"]);
    await otherNode.close();
  });

  it("cuts those to whom an end could not be told, and goes on", async () => {
    const { sessions, create, clock } = createTestService();
    const { sessionId } = await create();
    const writers = [new RecordingSink(), new RecordingSink()];
    for (const writer of writers) await sessions.sessionEvents({ sessionId }, writer);
    const [broken] = writers;
    if (broken)
      broken.write = () => {
        throw new Error("no such socket");
      };
    await sessions.endSession({ sessionId }, caller);
    await clock.advance(1_000);
    for (const writer of writers) expect(writer.farewells).toEqual(["destroyed"]);
    expect(sessions.held()).toEqual({ sessions: 0, listeners: 0, operations: 0 });
  });
});

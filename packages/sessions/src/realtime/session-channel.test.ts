import { createTestService, RecordingSink } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";

const caller = { endedBy: "anonymous", actor: null } as const;

describe("a session channel", () => {
  it("gives an event during a subscription an id that resumes after everything that was sent", async () => {
    const { sessions, create, send, clock, agent } = createTestService();
    const { sessionId } = await create();
    await send(sessionId, "before");
    (await agent.nextTurn()).fail(new Error("no"));
    await clock.advance(0);
    const sink = new RecordingSink();
    const subscribing = sessions.sessionEvents({ sessionId }, sink);
    await sessions.renewSession({ sessionId });
    const { leave } = await subscribing;
    await clock.advance(0);
    expect(sink.types).toEqual(["session.started", "session.renewed"]);
    leave();

    const again = new RecordingSink();
    await sessions.sessionEvents({ sessionId, lastEventId: sink.lastId }, again);
    await clock.advance(0);
    expect(again.types).toEqual(["session.started"]);
  });

  it("delivers an event of another node once, however often the bus repeats it", async () => {
    const { sessions, bus, create, clock } = createTestService();
    const { sessionId } = await create();
    const sink = new RecordingSink();
    await sessions.sessionEvents({ sessionId }, sink);
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
    const indexes = sink.events.flatMap((event) => (event.type === "message.delta" ? [event.index] : []));
    expect(indexes).toEqual([0, 2, 3]);
  });

  it("delivers no piece of a reply after the whole reply, which it fetched from the store", async () => {
    const { sessions, store, bus, create, send, agent, clock } = createTestService();
    const { sessionId } = await create();
    const sink = new RecordingSink();
    await sessions.sessionEvents({ sessionId }, sink);
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
    // The next message that this node stores reveals the gap.
    const turn = await agent.nextTurn();
    turn.say("mine");
    turn.finish();
    await clock.advance(0);
    piece("reply", 1);
    piece("another", 2);
    await clock.advance(0);
    const received = sink.events.flatMap((event) => {
      if (event.type === "message") return [`${event.message.content} whole`];
      return event.type === "message.delta" ? [event.text] : [];
    });
    expect(received).toEqual(["question whole", "reply 0", "mine", "reply whole", "mine whole", "another 2"]);
  });

  it("delivers local pieces before the whole reply, also while it fills a gap from the store", async () => {
    const { sessions, store, create, send, agent, clock } = createTestService();
    const { sessionId } = await create();
    const sink = new RecordingSink();
    await sessions.sessionEvents({ sessionId }, sink);
    await send(sessionId, "question");
    const turn = await agent.nextTurn();
    const draft = { sessionId, isAgent: false, inReplyTo: null, metadata: {}, attachments: null };
    await store.appendMessage({ ...draft, id: "elsewhere", content: "missed" });
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
    expect(sink.contents).toEqual(["question", "missed", "another", "piece"]);
    expect(sink.types.slice(-2)).toEqual(["message.delta", "message"]);
  });

  it("sends a listener in its replay every change since its first state, in order", async () => {
    const { sessions, create, send, clock, agent } = createTestService();
    const { sessionId } = await create();
    const first = new RecordingSink();
    (await sessions.sessionEvents({ sessionId }, first)).leave();
    for (const content of ["one", "two"]) {
      await send(sessionId, content);
      (await agent.nextTurn()).fail(new Error("no"));
    }
    const sink = new RecordingSink();
    let read = () => {};
    sink.drained = () => new Promise((resolve) => (read = resolve));
    sink.waitingBytes = 300_000;
    await sessions.sessionEvents({ sessionId, lastEventId: first.lastId }, sink);
    await clock.advance(0);
    expect(sink.types).toEqual(["session.started", "message"]);
    await sessions.updateSessionTimeout({ sessionId, timeoutMinutes: 7 });
    await send(sessionId, "three");
    sink.waitingBytes = 0;
    read();
    await clock.advance(0);
    expect(sink.contents).toEqual(["one", "two", "three"]);
    expect(sink.types.slice(-3)).toEqual(["session.updated", "message", "session.renewed"]);
  });

  it("sends a listener a message that only a later listener has read", async () => {
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
    const subscribing = sessions.sessionEvents({ sessionId }, early);
    await clock.advance(0);
    store.readSession = readSession;
    // Stored by a node whose bus messages are lost.
    const draft = { sessionId, isAgent: false, inReplyTo: null, metadata: {}, attachments: null };
    await store.appendMessage({ ...draft, id: "elsewhere", content: "one" });
    await sessions.sessionEvents({ sessionId }, new RecordingSink());
    answer();
    await subscribing;
    await clock.advance(0);
    expect(early.contents).toEqual(["one"]);
  });

  it("is released before a retry of the end is answered, even if the first call has no answer yet", async () => {
    const { sessions, otherNode, store, create, clock } = createTestService();
    const { sessionId } = await create();
    const sink = new RecordingSink();
    await sessions.sessionEvents({ sessionId }, sink);
    // Ended by another node, whose bus message is lost.
    await store.endSession({ sessionId, reason: null, caller, idempotencyKey: "once" });
    await sessions.endSession({ sessionId, idempotencyKey: "once" }, caller);
    expect(sessions.held()).toEqual({ sessions: 0, listeners: 0, operations: 0 });
    await clock.advance(0);
    expect(sink.types).toEqual(["session.started", "session.ended"]);
    await otherNode.close();
  });

  it("disconnects the listeners that can't be sent the end", async () => {
    const { sessions, create, clock } = createTestService();
    const { sessionId } = await create();
    const sinks = [new RecordingSink(), new RecordingSink()];
    for (const sink of sinks) await sessions.sessionEvents({ sessionId }, sink);
    const [broken] = sinks;
    if (broken)
      broken.write = () => {
        throw new Error("no such socket");
      };
    await sessions.endSession({ sessionId }, caller);
    await clock.advance(1_000);
    for (const sink of sinks) expect(sink.closings).toEqual(["destroyed"]);
    expect(sessions.held()).toEqual({ sessions: 0, listeners: 0, operations: 0 });
  });
});

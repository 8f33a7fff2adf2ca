import { createTestService, newMessageDraft, RecordingSink } from "@adjourn/testkit";
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
    const subscription = await subscribing;
    await clock.advance(0);
    expect(sink.types).toEqual(["session.started", "session.renewed"]);
    subscription.leave();

    const again = new RecordingSink();
    await sessions.sessionEvents({ sessionId, lastEventId: sink.lastId }, again);
    await clock.advance(0);
    expect(again.types).toEqual(["session.started"]);
  });

  it("waits for no peer after the last one has answered its close, so that a program can exit", async () => {
    const { sessions, create, clock } = createTestService();
    const { sessionId } = await create();
    const sink = new RecordingSink();
    const subscription = await sessions.sessionEvents({ sessionId }, sink);
    await clock.advance(0);
    await sessions.endSession({ sessionId }, caller);
    await sink.until(({ closings }) => closings.includes("ended"));
    const closing = clock.pendingTimers;
    subscription.leave();
    expect(clock.pendingTimers).toBe(closing - 1);
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
    const received = () =>
      sink.events.flatMap((event) => (event.type === "message.delta" ? [[event.index, event.text]] : []));
    // Piece 1 is missing, so no later one is delivered until the other node has sent its text.
    expect(received()).toEqual([[0, "…"]]);
    const reply = { messageId: "reply", inReplyTo: "question", text: "…1…2…3", nextIndex: 4 };
    bus.publish(`session.${sessionId}`, { origin: "elsewhere", kind: "text", reply });
    bus.publish(`session.${sessionId}`, { origin: "elsewhere", kind: "text", reply });
    piece(4);
    await clock.advance(0);
    expect(received()).toEqual([
      [0, "…"],
      [3, "1…2…3"],
      [4, "…"],
    ]);
  });

  it("delivers no piece of a reply after the whole reply, which it fetched from the store", async () => {
    const { sessions, store, bus, create, send, agent, clock } = createTestService();
    const { sessionId } = await create();
    const sink = new RecordingSink();
    await sessions.sessionEvents({ sessionId }, sink);
    await send(sessionId, "question");
    let nth = 0;
    const piece = (messageId: string, index: number) => {
      nth += 1;
      bus.publish(`session.${sessionId}`, {
        origin: "elsewhere",
        kind: "event",
        nth,
        at: "2026-01-01T00:00:00.000Z",
        body: {
          type: "message.delta",
          messageId,
          inReplyTo: `to ${messageId}`,
          index,
          text: `${messageId} ${index}`,
        },
      });
    };
    piece("reply", 0);
    const reply = { messageId: "reply", nodeId: "another" };
    await store.appendMessage(newMessageDraft(sessionId, { id: "elsewhere", content: "elsewhere", reply }));
    const ended = { content: "reply", finishReason: "stop", usage: null } as const;
    await store.appendReply({ sessionId, messageId: "reply", inReplyTo: "elsewhere", ...ended });
    // The next message that this node stores reveals the gap.
    const turn = await agent.nextTurn();
    turn.say("mine");
    turn.finish();
    await clock.advance(0);
    piece("reply", 1);
    piece("another", 0);
    await clock.advance(0);
    const received = sink.events.flatMap((event) => {
      if (event.type === "message") return [`${event.message.content} whole`];
      return event.type === "message.delta" ? [event.text] : [];
    });
    expect(received).toEqual([
      "question whole",
      "reply 0",
      "mine",
      "elsewhere whole",
      "reply whole",
      "mine whole",
      "another 0",
    ]);
  });

  it("delivers local pieces before the whole reply, also while it fills a gap from the store", async () => {
    const { sessions, store, create, send, agent, clock } = createTestService();
    const { sessionId } = await create();
    const sink = new RecordingSink();
    await sessions.sessionEvents({ sessionId }, sink);
    await send(sessionId, "question");
    const turn = await agent.nextTurn();
    await store.appendMessage(newMessageDraft(sessionId, { content: "missed" }));
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
    await store.appendMessage(newMessageDraft(sessionId, { content: "one" }));
    // The node that runs its reply does not send its text.
    const late = sessions.sessionEvents({ sessionId }, new RecordingSink());
    await clock.advance(500);
    await late;
    answer();
    await clock.advance(500);
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
    expect(sessions.localTotals()).toEqual({ sessions: 0, listeners: 0, operations: 0 });
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
      broken.end = () => {
        throw new Error("no such socket");
      };
    await sessions.endSession({ sessionId }, caller);
    await clock.advance(1_000);
    for (const sink of sinks) expect(sink.closings).toEqual(["destroyed"]);
    expect(sessions.localTotals()).toEqual({ sessions: 0, listeners: 0, operations: 0 });
  });
});

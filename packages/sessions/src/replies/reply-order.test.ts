import { createTestService, RecordingSink } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";

/** Two nodes whose agent answers one message of a session at a time. */
const createOrdered = async () => {
  const service = createTestService();
  Object.assign(service.agent, { replyOrder: "one at a time" });
  const { sessionId } = await service.create();
  const ask = (node: typeof service.sessions, content: string) =>
    node.sendSessionMessage({ sessionId, content, transport: "websocket" });
  return { ...service, sessionId, ask };
};

describe("an agent that answers one message at a time", () => {
  it.each(["sessions", "otherNode"] as const)(
    "sees its first answer before it gives the second, on %s",
    async (second) => {
      const ordered = await createOrdered();
      const { sessions, sessionId, agent, clock, ask } = ordered;
      await ask(sessions, "one");
      const first = await agent.nextTurn();
      await ask(ordered[second], "two");
      await clock.advance(5_000);
      const sink = new RecordingSink();
      const subscribing = sessions.sessionEvents({ sessionId }, sink);
      await clock.advance(500);
      await subscribing;
      expect(sink.events[0]).toMatchObject({ pendingReplies: [{ text: "" }, { text: "", nextIndex: 0 }] });
      expect(sessions.localTotals().operations + ordered.otherNode.localTotals().operations).toBe(2);
      first.say("answer to one");
      first.finish();
      await clock.advance(1_000);
      const { turn } = await agent.nextTurn();
      expect(turn.message.content).toBe("two");
      expect(turn.history.map(({ content }) => content)).toEqual(["one", "answer to one"]);
    },
  );

  it("goes on when the reply before has failed, was cancelled, or ran on a node that is gone", async () => {
    const { sessions, sessionId, agent, clock, store, ask } = await createOrdered();
    for (const content of ["one", "two", "three", "four"]) await ask(sessions, content);
    (await agent.nextTurn()).fail(new Error("no"));
    await clock.advance(0);
    const { turn } = await agent.nextTurn();
    const cancelling = sessions.cancelReply({ sessionId, messageId: turn.message.id, partial: "discard" });
    await clock.advance(0);
    expect(turn.signal.aborted).toBe(true);
    await cancelling;
    expect((await agent.nextTurn()).turn.message.content).toBe("three");
    const renew = store.renewReplies;
    store.renewReplies = async ([first, ...others]) =>
      new Map([[first?.messageId ?? "", null], ...(await renew(others))]);
    await clock.advance(12_000);
    expect((await agent.nextTurn()).turn.message.content).toBe("four");
  });

  it("asks nothing more once the session has ended", async () => {
    const { sessions, sessionId, agent, clock, ask } = await createOrdered();
    await ask(sessions, "one");
    await ask(sessions, "two");
    const first = await agent.nextTurn();
    await sessions.endSession({ sessionId }, { endedBy: "anonymous", actor: null });
    await clock.advance(5_000);
    expect(first.turn.signal.aborted).toBe(true);
    expect(sessions.localTotals()).toEqual({ sessions: 0, listeners: 0, operations: 0 });
    expect(clock.pendingTimers).toBe(6);
  });
});

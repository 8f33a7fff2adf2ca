import { createTestService, newMessageDraft, RecordingSink } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";

const caller = { endedBy: "anonymous", actor: null } as const;
const notFound = { code: "REPLY_NOT_FOUND" };

/** A session whose reply has said "half", asked for on the first node by a caller who waits for it. */
const startReply = async (service = createTestService()) => {
  const { sessions, agent, clock, store, create, send } = service;
  const { sessionId, channelId } = await create();
  const answer = send(sessionId, "question", "http").catch((error: unknown) => error);
  const turn = await agent.nextTurn();
  turn.say("half");
  await clock.advance(0);
  const [reply] = await store.readPendingReplies(sessionId);
  if (!reply) throw new Error("No reply is in flight");
  const sink = new RecordingSink();
  await sessions.sessionEvents({ sessionId }, sink);
  const stored = async () =>
    (await store.readMessagesAfter(channelId, 0, 10)).map(({ content, finishReason }) => [
      content,
      finishReason,
    ]);
  return { ...service, sessionId, messageId: reply.messageId, answer, turn, sink, stored };
};

describe("a reply that is cancelled", () => {
  it.each(["sessions", "otherNode"] as const)(
    "is aborted and keeps its text, from the node %s",
    async (node) => {
      const reply = await startReply();
      const { sessionId, messageId, turn, sink } = reply;
      const cancelling = reply[node].cancelReply({ sessionId, messageId, partial: "keep" });
      await reply.clock.advance(1_000);
      expect(turn.turn.signal.aborted).toBe(true);
      expect(await cancelling).toEqual({
        success: true,
        message: `Reply ${messageId} cancelled`,
        stored: true,
      });
      expect(await reply.answer).toMatchObject({
        agentResponse: { text: "half", finishReason: "cancelled" },
      });
      expect(await reply.stored()).toEqual([
        ["question", null],
        ["half", "cancelled"],
      ]);
      expect(sink.types).toEqual(["session.started", "message"]);
      expect(reply.sessions.localTotals().operations).toBe(0);
    },
  );

  it("leaves nothing with discard, and its waiting caller gets REPLY_CANCELLED", async () => {
    const reply = await startReply();
    const { sessionId, messageId } = reply;
    const cancelling = reply.sessions.cancelReply({ sessionId, messageId, partial: "discard" });
    await reply.clock.advance(0);
    expect(reply.turn.turn.signal.aborted).toBe(true);
    expect(await cancelling).toMatchObject({ stored: false });
    expect(await reply.answer).toMatchObject({ code: "REPLY_CANCELLED" });
    expect(await reply.stored()).toEqual([["question", null]]);
    expect(reply.sink.events.at(-1)).toMatchObject({ type: "message.failed", code: "REPLY_CANCELLED" });
  });

  it("is aborted within the next reconciliation if the bus loses the cancellation", async () => {
    const reply = await startReply();
    const { sessionId, messageId, bus, otherNode, clock } = reply;
    bus.publish = () => {};
    const cancelling = otherNode.cancelReply({ sessionId, messageId, partial: "keep" });
    await clock.advance(3_000);
    expect(reply.turn.turn.signal.aborted).toBe(true);
    expect(await cancelling).toMatchObject({ stored: true });
    expect(await reply.stored()).toEqual([
      ["question", null],
      ["half", "cancelled"],
    ]);
  });

  it("is never stored as finished, even if its agent finishes before its node learns of the cancellation", async () => {
    const reply = await startReply();
    const { sessionId, messageId, bus, otherNode, clock, turn } = reply;
    bus.publish = () => {};
    const cancelling = otherNode.cancelReply({ sessionId, messageId, partial: "discard" });
    await clock.advance(0);
    turn.say(" and half");
    turn.finish();
    await clock.advance(1_000);
    expect(await cancelling).toMatchObject({ stored: false });
    expect(await reply.answer).toMatchObject({ code: "REPLY_CANCELLED" });
    expect(await reply.stored()).toEqual([["question", null]]);
  });
});

describe("a cancellation", () => {
  it("succeeds for one of many callers on both nodes", async () => {
    const reply = await startReply();
    const { sessionId, messageId, sessions, otherNode } = reply;
    const calls = Array.from({ length: 10 }, (_, i) =>
      (i % 2 ? sessions : otherNode).cancelReply({ sessionId, messageId, partial: "keep" }),
    );
    const settled = Promise.allSettled(calls);
    await reply.clock.advance(1_000);
    expect(reply.turn.turn.signal.aborted).toBe(true);
    const outcomes = await settled;
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const lost of outcomes) if (lost.status === "rejected") expect(lost.reason).toMatchObject(notFound);
  });

  it("succeeds if the session ends after its reply was given up, as its waiting caller has learned", async () => {
    const reply = await startReply();
    const { sessionId, messageId, sessions, store } = reply;
    const { failReply } = store;
    store.failReply = async (failed) => {
      const isRecorded = await failReply(failed);
      await sessions.endSession({ sessionId }, caller);
      return isRecorded;
    };
    const cancelling = sessions.cancelReply({ sessionId, messageId, partial: "discard" });
    await reply.clock.advance(0);
    expect(await reply.answer).toMatchObject({ code: "REPLY_CANCELLED" });
    expect(await cancelling).toMatchObject({ stored: false });
  });

  it("is 404 for a reply whose node is gone, which can't be stored any more", async () => {
    const { sessions, store, clock, create } = createTestService();
    const { sessionId } = await create();
    const draft = newMessageDraft(sessionId, { reply: { messageId: "lost", nodeId: "gone" } });
    await store.appendMessage(draft);
    const cancelling = sessions
      .cancelReply({ sessionId, messageId: draft.id, partial: "keep" })
      .catch((error: unknown) => error);
    await clock.advance(6_000);
    expect(await cancelling).toMatchObject(notFound);
    const late = { content: "late", finishReason: "stop", usage: null } as const;
    const stored = await store.appendReply({ sessionId, messageId: "lost", inReplyTo: draft.id, ...late });
    expect(stored).toEqual({ outcome: "not_pending" });
  });

  it("loses to the end of the session", async () => {
    const reply = await startReply();
    const { sessionId, messageId, sessions, otherNode, bus, clock } = reply;
    const cancel = { sessionId, messageId, partial: "keep" } as const;
    bus.publish = () => {};
    const pending = otherNode.cancelReply(cancel).catch((error: unknown) => error);
    await clock.advance(0);
    await sessions.endSession({ sessionId }, caller);
    await clock.advance(1_000);
    expect(await pending).toMatchObject({ code: "SESSION_NOT_FOUND" });
    await expect(sessions.cancelReply(cancel)).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" });
    expect(await reply.stored()).toEqual([["question", null]]);
  });
});

it("a node that drains stores the text so far of the replies that it cuts", async () => {
  const reply = await startReply();
  const { sessions, clock } = reply;
  const draining = sessions.drain(1_000);
  await clock.advance(2_000);
  expect(reply.turn.turn.signal.aborted).toBe(true);
  await draining;
  expect(await reply.answer).toMatchObject({ agentResponse: { text: "half", finishReason: "cancelled" } });
  expect(await reply.stored()).toEqual([
    ["question", null],
    ["half", "cancelled"],
  ]);
});

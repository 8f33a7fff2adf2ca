import { createTestService, RecordingSink } from "@adjourn/testkit";
import { expect, it } from "vitest";
import { StoreUnavailableError } from "../model/errors.js";
import { gatherCountsMs } from "../realtime/ending-counts.js";

const caller = { endedBy: "anonymous", actor: null } as const;

it("does not answer SESSION_ENDED for a reply that may be stored", async () => {
  const { sessions, store, agent, create, send } = createTestService();
  const { sessionId, channelId } = await create();
  const { appendReply } = store;
  // The reply is committed, the session ends, and the answer to the write is lost.
  store.appendReply = async (draft) => {
    await appendReply(draft);
    await sessions.endSession({ sessionId }, caller);
    throw new StoreUnavailableError("the connection is gone");
  };
  const waiting = send(sessionId, "hello", "http").catch((error: unknown) => error);
  const reply = await agent.nextTurn();
  reply.say("good day");
  reply.finish();
  expect(await waiting).toMatchObject({ code: "SERVICE_UNAVAILABLE" });
  const { messages } = await sessions.getChannelMessages({ channelId, limit: 50 });
  expect(messages.map(({ content }) => content)).toEqual(["good day", "hello"]);
});

it("counts a reply that the store refused after another node expired its session", async () => {
  const { sessions, store, agent, clock, create, send } = createTestService();
  const { sessionId } = await create();
  store.appendReply = async () => {
    // Refused between the expiry and its record, which another node writes.
    await store.endSession({ sessionId, reason: null, caller, idempotencyKey: null });
    return { outcome: "gone", gone: { state: "expired", expiresAt: clock.now() } };
  };
  const waiting = send(sessionId, "hello", "http").catch((error: unknown) => error);
  const reply = await agent.nextTurn();
  reply.say("good day");
  reply.finish();
  expect(await waiting).toMatchObject({ code: "SESSION_ENDED" });
  await clock.advance(gatherCountsMs);
  expect((await store.readEndings([sessionId]))[0]?.operationsAborted).toBe(1);
  expect(sessions.localTotals().operations).toBe(0);
});

it("does not count a reply that was stored before the end, even if the store's answer comes after it", async () => {
  const { sessions, store, agent, clock, create, send } = createTestService();
  const { sessionId } = await create();
  const { appendReply } = store;
  store.appendReply = async (draft) => {
    const stored = await appendReply(draft);
    await sessions.endSession({ sessionId }, caller);
    return stored;
  };
  const waiting = send(sessionId, "hello", "http");
  const reply = await agent.nextTurn();
  reply.say("good day");
  reply.finish();
  expect(await waiting).toMatchObject({ agentResponse: { content: "good day" } });
  await clock.advance(gatherCountsMs);
  expect(await sessions.getEnding({ sessionId })).toMatchObject({ messageCount: 2, operationsAborted: 0 });
});

it.each([[["\0", "\0\0"]], [[""]], [[]]])(
  "fails a reply of %j, and stores none, since nothing of it can be stored",
  async (pieces) => {
    const { sessions, agent, create, send } = createTestService();
    const { sessionId, channelId } = await create();
    const sink = new RecordingSink();
    await sessions.sessionEvents({ sessionId }, sink);
    const waiting = send(sessionId, "hello", "http").catch((error: unknown) => error);
    const reply = await agent.nextTurn();
    for (const piece of pieces) reply.say(piece);
    reply.finish();
    expect(await waiting).toMatchObject({ code: "AGENT_FAILED" });
    expect(sink.types.filter((type) => type !== "session.renewed")).toEqual([
      "session.started",
      "message",
      "message.failed",
    ]);
    const { messages } = await sessions.getChannelMessages({ channelId, limit: 50 });
    expect(messages).toHaveLength(1);
  },
);

it("stores the pieces that were sent, without characters that a store can't keep", async () => {
  const { sessions, agent, create, send } = createTestService();
  const { sessionId } = await create();
  const sink = new RecordingSink();
  await sessions.sessionEvents({ sessionId }, sink);
  const waiting = send(sessionId, "hello", "http");
  const reply = await agent.nextTurn();
  for (const piece of ["a\0", "\0", "\ud83d", "\ude00 b"]) reply.say(piece);
  reply.finish();
  const { agentResponse } = await waiting;
  const pieces = sink.events.flatMap((event) => (event.type === "message.delta" ? [event] : []));
  expect(pieces.map(({ index, text }) => [index, text])).toEqual([
    [0, "a"],
    [1, "\u{1f600} b"],
  ]);
  expect(agentResponse?.text).toBe("a\u{1f600} b");
});

it.each([
  ["undefined", undefined],
  ["null", null],
  ["a string", "out of order"],
  ["a value without a text", Object.create(null)],
])("fails a reply whose agent throws %s, and leaves nothing in flight", async (_, thrown: unknown) => {
  const { sessions, store, agent, create, send } = createTestService();
  const { sessionId } = await create();
  agent.reply = () => {
    throw thrown;
  };
  await expect(send(sessionId, "hello", "http")).rejects.toMatchObject({ code: "AGENT_FAILED" });
  expect(await store.readPendingReplies(sessionId)).toEqual([]);
  expect(sessions.localTotals().operations).toBe(0);
});

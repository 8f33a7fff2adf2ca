import { createTestService, RecordingSink } from "@adjourn/testkit";
import { expect, it } from "vitest";
import { StoreUnavailableError } from "../model/errors.js";

const caller = { endedBy: "anonymous", actor: null } as const;

it("does not say SESSION_ENDED of a reply that may be stored: the store's own answer counts", async () => {
  const { sessions, store, agent, create, send } = createTestService();
  const { sessionId, channelId } = await create();
  const { appendMessage } = store;
  // The reply is written, the session ends, and then the answer to the write is lost.
  store.appendMessage = async (draft) => {
    const stored = await appendMessage(draft);
    if (!draft.isAgent) return stored;
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

it("counts a reply that was kept out after another node swept its session", async () => {
  const { sessions, store, agent, clock, create, send } = createTestService();
  const { sessionId } = await create();
  const { appendMessage } = store;
  store.appendMessage = async (draft) => {
    if (!draft.isAgent) return appendMessage(draft);
    // Refused in the moment between its time and the record of it, which another node writes.
    await store.endSession({ sessionId, reason: null, caller, idempotencyKey: null });
    return { outcome: "gone", gone: { state: "expired", expiresAt: clock.now() } };
  };
  const waiting = send(sessionId, "hello", "http").catch((error: unknown) => error);
  const reply = await agent.nextTurn();
  reply.say("good day");
  reply.finish();
  expect(await waiting).toMatchObject({ code: "SESSION_ENDED" });
  await clock.advance(0);
  expect((await store.readEndings([sessionId]))[0]?.operationsAborted).toBe(1);
  expect(sessions.held().operations).toBe(0);
});

it.each([[["\0", "\0\0"]], [[""]], [[]]])(
  "fails a reply of %j, of which nothing can be stored, and stores none",
  async (pieces) => {
    const { sessions, agent, create, send } = createTestService();
    const { sessionId, channelId } = await create();
    const writer = new RecordingSink();
    await sessions.sessionEvents({ sessionId }, writer);
    const waiting = send(sessionId, "hello", "http").catch((error: unknown) => error);
    const reply = await agent.nextTurn();
    for (const piece of pieces) reply.say(piece);
    reply.finish();
    expect(await waiting).toMatchObject({ code: "AGENT_FAILED" });
    expect(writer.types.filter((type) => type !== "session.renewed")).toEqual([
      "session.started",
      "message",
      "message.failed",
    ]);
    const { messages } = await sessions.getChannelMessages({ channelId, limit: 50 });
    expect(messages).toHaveLength(1);
  },
);

it("stores what its pieces said, cleaned of what no store can keep", async () => {
  const { sessions, agent, create, send } = createTestService();
  const { sessionId } = await create();
  const writer = new RecordingSink();
  await sessions.sessionEvents({ sessionId }, writer);
  const waiting = send(sessionId, "hello", "http");
  const reply = await agent.nextTurn();
  for (const piece of ["a\0", "\0", "\ud83d", "\ude00 b"]) reply.say(piece);
  reply.finish();
  const { agentResponse } = await waiting;
  const said = writer.events.flatMap((event) => (event.type === "message.delta" ? [event] : []));
  expect(said.map(({ index, text }) => [index, text])).toEqual([
    [0, "a"],
    [1, "\u{1f600} b"],
  ]);
  expect(agentResponse?.text).toBe("a\u{1f600} b");
});

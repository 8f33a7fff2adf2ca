import { expect, it } from "vitest";
import { StoreUnavailableError } from "./errors.js";
import { createTestWorld } from "./testing/test-world.js";

const caller = { endedBy: "anonymous", actor: null } as const;

it("does not say SESSION_ENDED of a reply that may be stored: the store's own answer counts", async () => {
  const { sessions, store, agent, create, send } = createTestWorld();
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
  const { sessions, store, agent, clock, create, send } = createTestWorld();
  const { sessionId } = await create();
  const { appendMessage } = store;
  store.appendMessage = async (draft) => {
    if (!draft.isAgent) return appendMessage(draft);
    // Refused in the moment between its time and the record of it, which another node writes.
    await store.endSession({ sessionId, reason: null, caller, idempotencyKey: null, counts: null });
    return { outcome: "over", over: { state: "expired", expiresAt: clock.now() } };
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

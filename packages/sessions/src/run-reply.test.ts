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

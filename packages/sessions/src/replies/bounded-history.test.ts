import { createTestService, RecordingSink, type TestService } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";
import { limits } from "../schemas/index.js";

const rounds = 40;
const bytesOf = (messages: readonly unknown[]) => JSON.stringify(messages).length;

/** A conversation of 80 messages that takes 2 MB. */
const converse = async ({ agent, clock, sessions }: TestService, sessionId: string) => {
  const attachments = [{ file: "a".repeat(16_000) }];
  for (let round = 1; round <= rounds; round += 1) {
    await sessions.sendSessionMessage({
      sessionId,
      content: `question ${round}`,
      metadata: { form: "m".repeat(10_000) },
      attachments,
      transport: "websocket",
    });
    await clock.advance(0);
    const reply = await agent.nextTurn();
    reply.say(`answer ${round} `.padEnd(25_000, "."));
    reply.finish();
    await clock.advance(0);
  }
};

describe.each([undefined, "one at a time"])("in a long conversation, replies %s", (replyOrder) => {
  it("an agent is given at most 1 MiB of the newest messages", async () => {
    const service = createTestService();
    Object.assign(service.agent, { replyOrder, historyLimit: 100 });
    const { sessionId } = await service.create();
    await converse(service, sessionId);
    await service.send(sessionId, "the last question");
    await service.clock.advance(0);
    const { history } = (await service.agent.nextTurn()).turn;
    expect(bytesOf(history)).toBeLessThan(1.1 * limits.pageBytes);
    expect(bytesOf(history)).toBeGreaterThan(limits.pageBytes / 2);
    expect(history.map(({ seq }) => seq)).toEqual(
      history.map((_, index) => 2 * rounds - history.length + 1 + index),
    );
  });
});

it("a subscriber that returns gets all that it missed, at most 1 MiB of it from the store at a time", async () => {
  const service = createTestService();
  const { sessions, store } = service;
  const { sessionId } = await service.create();
  const first = new RecordingSink();
  (await sessions.sessionEvents({ sessionId }, first)).leave();
  await converse(service, sessionId);
  const read = store.readMessagesAfter;
  const pages: number[] = [];
  store.readMessagesAfter = async (...range) => {
    const page = await read(...range);
    pages.push(bytesOf(page));
    return page;
  };
  const again = new RecordingSink();
  await sessions.sessionEvents({ sessionId, lastEventId: first.events[0]?.id }, again);
  await service.clock.advance(1_000);
  expect(again.contents).toHaveLength(2 * rounds);
  expect(Math.max(...pages)).toBeLessThan(1.1 * limits.pageBytes);
});

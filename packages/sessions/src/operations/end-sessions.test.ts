import { createTestService, testUserId } from "@adjourn/testkit";
import { expect, it } from "vitest";

const admin = { endedBy: "admin", actor: null } as const;

it("ends a session created just before, although this node's estimate of the store's clock is behind", async () => {
  const { sessions, store, create } = createTestService();
  const { now } = store;
  store.now = () => now() - 20;
  const { sessionId } = await create();
  const ended = await sessions.endSessions({ userId: testUserId, dryRun: false }, admin);
  expect(ended).toEqual({ ended: 1, matched: 1 });
  await expect(sessions.getSession({ sessionId })).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" });
});

it("does not end a session that is created after the call started", async () => {
  const { sessions, store, clock, create } = createTestService();
  const earlier = await create();
  const { countMatching } = store;
  const begun: { sessionId: string }[] = [];
  store.countMatching = async (filter) => {
    const counted = await countMatching(filter);
    await clock.advance(1);
    begun.push(await create());
    return counted;
  };
  const ended = await sessions.endSessions({ userId: testUserId, dryRun: false }, admin);
  expect(ended).toEqual({ ended: 1, matched: 1 });
  await expect(sessions.getSession(earlier)).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" });
  for (const newcomer of begun) expect(await sessions.getSession(newcomer)).toMatchObject(newcomer);
});

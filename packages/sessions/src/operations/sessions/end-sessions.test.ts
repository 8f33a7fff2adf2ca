import { createTestService, RecordingSink, testUserId } from "@adjourn/testkit";
import { expect, it } from "vitest";
import { countsWithinMs } from "../../realtime/ending-counts.js";

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

it("reports what was cut of many sessions in few writes, and all of it", async () => {
  const { sessions, store, create, clock } = createTestService();
  const { addEndingCounts } = store;
  const writes: number[] = [];
  store.addEndingCounts = async (counts) => {
    writes.push(counts.length);
    await addEndingCounts(counts);
  };
  const sessionIds: string[] = [];
  for (let created = 0; created < 120; created += 1) {
    const { sessionId } = await create();
    await sessions.sessionEvents({ sessionId }, new RecordingSink());
    sessionIds.push(sessionId);
  }
  await sessions.endSessions({ userId: testUserId, dryRun: false }, admin);
  await clock.advance(countsWithinMs);
  expect(writes.reduce((sum, counts) => sum + counts, 0)).toBe(120);
  // At most one for each batch of ends.
  expect(writes.length).toBeLessThanOrEqual(3);
  for (const { listenersDropped } of await store.readEndings(sessionIds)) expect(listenersDropped).toBe(1);
});

it("goes on reporting after a write of counts has failed", async () => {
  const { sessions, store, create, clock } = createTestService();
  const { addEndingCounts } = store;
  let failures = 0;
  store.addEndingCounts = (counts) => {
    failures += 1;
    return failures === 1 ? Promise.reject(new Error("the store is away")) : addEndingCounts(counts);
  };
  const end = async (): Promise<number | undefined> => {
    const { sessionId } = await create();
    await sessions.sessionEvents({ sessionId }, new RecordingSink());
    await sessions.endSession({ sessionId }, admin);
    await clock.advance(countsWithinMs);
    return (await store.readEndings([sessionId]))[0]?.listenersDropped;
  };
  expect([await end(), await end()]).toEqual([0, 1]);
});

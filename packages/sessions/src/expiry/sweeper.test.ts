import { createTestService, newSessionDraft } from "@adjourn/testkit";
import { expect, it } from "vitest";

it("ends a session at once if its new timeout is in the past, even during a sweep that found nothing due", async () => {
  const { sessions, store, clock, create } = createTestService();
  const { sessionId } = await create();
  await clock.advance(6 * 60_000);
  const { hasDue } = store;
  const answers: (() => void)[] = [];
  store.hasDue = async () => {
    const due = await hasDue();
    await new Promise<void>((resolve) => answers.push(resolve));
    return due;
  };
  await clock.advance(250);
  expect(answers.length).toBeGreaterThan(0);
  store.hasDue = hasDue;
  const updated = sessions.updateSessionTimeout({ sessionId, timeoutMinutes: 5 });
  await clock.advance(0);
  for (const answer of answers) answer();
  expect((await updated).timeRemaining).toBe(0);
  expect(await store.readEndings([sessionId])).toMatchObject([{ cause: "expired" }]);
});

it("deletes all old idempotency keys in bounded batches", async () => {
  const { store, clock, create } = createTestService();
  await create();
  for (let i = 0; i < 1_100; i++) {
    const draft = newSessionDraft();
    await store.createSession(draft, { key: `key ${i}`, fingerprint: "f" });
  }
  const deleted: number[] = [];
  const { deleteIdempotencyKeysBefore } = store;
  store.deleteIdempotencyKeysBefore = async (cutoff, limit) => {
    const count = await deleteIdempotencyKeysBefore(cutoff, limit);
    deleted.push(count);
    return count;
  };
  const { now } = store;
  store.now = () => now() + 25 * 60 * 60_000;
  await clock.advance(60_000);
  expect(deleted.reduce((sum, count) => sum + count, 0)).toBe(1_100);
  expect(Math.max(...deleted)).toBeLessThanOrEqual(500);
  expect(await store.readCreated({ key: "key 0", fingerprint: "f" })).toBeNull();
});

import { expect, it } from "vitest";
import { createTestWorld } from "./testing/test-world.js";

it("ends at once what a change of timeout puts into the past, even with a sweep under way that looked before", async () => {
  const { sessions, store, clock, create } = createTestWorld();
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

import { createFakeClock } from "@adjourn/testkit";
import { expect, it } from "vitest";
import { confirmSubscription } from "./confirm-subscription.js";

it("adds one waiter and one timer to a subscription that is not ready, for any number of calls", async () => {
  const clock = createFakeClock(0);
  const subscription = { ready: new Promise<void>(() => {}), close: () => {} };
  const waits = Array.from({ length: 100 }, () => confirmSubscription(clock, subscription));
  expect(new Set(waits).size).toBe(1);
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(500);
  await Promise.all(waits);
  expect(confirmSubscription(clock, subscription)).toBe(waits[0]);
  expect(clock.pendingTimers).toBe(0);
});

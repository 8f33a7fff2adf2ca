import { createFakeClock } from "@adjourn/testkit";
import { expect, it } from "vitest";
import { confirmSubscription } from "./confirm-subscription.js";

it("waits once for a subscription that is not confirmSubscription, however many ask, and leaves no more with it", async () => {
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

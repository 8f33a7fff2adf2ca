import { withDeadline } from "../async/with-deadline.js";
import type { BusSubscription, Clock } from "../ports/index.js";

/** How long the bus may take to confirm before who subscribed goes on without it; the look at the store covers the rest. */
const confirmWithinMs = 500;

/** One wait a subscription: while the bus is down, each would stay with it, however many come and go. */
const waits = new WeakMap<BusSubscription, Promise<void>>();

/** Resolves once what others publish from now on is heard, or soon after the first call in any case. */
export const confirmSubscription = (clock: Clock, subscription: BusSubscription): Promise<void> => {
  const begun = waits.get(subscription) ?? withDeadline(clock, confirmWithinMs, subscription.ready);
  waits.set(subscription, begun);
  return begun;
};

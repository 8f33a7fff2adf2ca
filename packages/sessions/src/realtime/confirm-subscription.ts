import { withDeadline } from "../async/with-deadline.js";
import type { BusSubscription, Clock } from "../ports/index.js";

/** Longest wait for the bus to confirm a subscription. Without it, reconciliation finds what the bus did not deliver. */
const confirmWithinMs = 500;

/** One wait per subscription: while the bus is down, a wait per caller would accumulate. */
const waits = new WeakMap<BusSubscription, Promise<void>>();

/** Resolves once the subscription receives everything published from then on, or 500 ms after the first call. */
export const confirmSubscription = (clock: Clock, subscription: BusSubscription): Promise<void> => {
  const begun =
    waits.get(subscription) ?? withDeadline(clock, confirmWithinMs, subscription.ready, undefined);
  waits.set(subscription, begun);
  return begun;
};

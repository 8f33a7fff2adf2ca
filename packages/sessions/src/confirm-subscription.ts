import { atMost } from "./at-most.js";
import type { BusSubscription, Clock } from "./ports.js";

/** How long the bus may take to confirm before who subscribed goes on without it; the look at the store covers the rest. */
const confirmWithinMs = 500;

/** Resolves once what others publish from now on is heard, or soon in any case. */
export const confirmed = (clock: Clock, { ready }: BusSubscription): Promise<void> =>
  atMost(clock, confirmWithinMs, ready);

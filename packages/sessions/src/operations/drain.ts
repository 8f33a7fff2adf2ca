import type { ServiceContext } from "../context.js";
import { SessionError } from "../model/errors.js";

/** How often it is looked whether the last reply is finished. */
const reconcileEveryMs = 50;

export const draining = (): SessionError =>
  new SessionError("SERVICE_UNAVAILABLE", "The server is shutting down; another one will answer");

/** Listeners go first, and come back elsewhere with their last id; replies under way get `graceMs`. */
export const drain = async ({ hub, feed, clock }: ServiceContext, graceMs: number): Promise<void> => {
  feed.dropSubscribers();
  hub.dropSubscribers("draining");
  const deadline = clock.now() + graceMs;
  while (hub.totals().operations > 0 && clock.now() < deadline) {
    const waitMs = Math.min(reconcileEveryMs, deadline - clock.now());
    await new Promise<void>((resolve) => clock.setTimeout(resolve, waitMs));
  }
  hub.abortReplies(draining());
};

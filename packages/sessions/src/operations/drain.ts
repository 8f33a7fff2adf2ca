import type { ServiceContext } from "../context.js";
import { SessionError } from "../model/errors.js";

/** Interval of the check whether the last reply has finished. */
const pollEveryMs = 50;

export const draining = (): SessionError =>
  new SessionError("SERVICE_UNAVAILABLE", "The server is shutting down; another one will answer");

/** Drops the subscribers, which reconnect to another node, and gives replies in flight `graceMs` to finish. */
export const drain = async ({ hub, feed, clock }: ServiceContext, graceMs: number): Promise<void> => {
  feed.dropSubscribers();
  hub.dropSubscribers("draining");
  const deadline = clock.now() + graceMs;
  while (hub.totals().operations > 0 && clock.now() < deadline) {
    const waitMs = Math.min(pollEveryMs, deadline - clock.now());
    await new Promise<void>((resolve) => clock.setTimeout(resolve, waitMs));
  }
  hub.abortReplies(draining());
};

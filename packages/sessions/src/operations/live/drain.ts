import type { ServiceContext } from "../../context.js";
import { draining } from "../../model/errors.js";
import { CutShort } from "../../replies/in-flight-reply.js";

/** Interval of the check whether the last reply has finished. */
const pollEveryMs = 50;

/** How long the text so far of the replies that are cut may take to be stored, in ms. */
const storeWithinMs = 5_000;

/** The cause of replies that are cut because the node stops: their text so far is stored. */
export const cutByDraining = (): CutShort => new CutShort(draining(), true);

/**
 * Drops the subscribers, which reconnect to another node, and gives replies in flight `graceMs` to finish. The others are
 * stored as cancelled with their text so far.
 */
export const drain = async (context: ServiceContext, graceMs: number): Promise<void> => {
  const { hub, feed } = context;
  feed.dropSubscribers();
  hub.dropSubscribers("draining");
  await repliesEnded(context, graceMs);
  hub.abortReplies(cutByDraining());
  await repliesEnded(context, storeWithinMs);
};

const repliesEnded = async ({ hub, clock }: ServiceContext, withinMs: number): Promise<void> => {
  const deadline = clock.now() + withinMs;
  while (hub.totals().operations > 0 && clock.now() < deadline) {
    const waitMs = Math.min(pollEveryMs, deadline - clock.now());
    await new Promise<void>((resolve) => clock.setTimeout(resolve, waitMs));
  }
};

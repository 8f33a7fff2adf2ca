import type { ServiceContext } from "../context.js";
import type { ReplyState } from "../ports/index.js";

/** The first and the longest time between two reads, in ms. Each is twice as long as the one before. */
const firstPauseMs = 10;
const longestPauseMs = 500;

/**
 * Waits until a reply is no longer in flight, on whichever node, and returns its state then or after pauses of `withinMs` in
 * all. It reads the store, so that it needs neither the bus nor the node that runs the reply.
 */
export const awaitReplyState = async (
  { store, hub, clock }: ServiceContext,
  sessionId: string,
  messageId: string,
  withinMs: number,
): Promise<ReplyState> => {
  // A reply of this node reports its end itself.
  await hub.reply(sessionId, messageId)?.outcome.catch(() => {});
  // The pauses are added up: a clock that is set forward must not end the wait.
  let restMs = withinMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
    const reply = await store.readReply(sessionId, messageId);
    if (reply.state !== "pending" || restMs <= 0) return reply;
    await new Promise<void>((resolve) => clock.setTimeout(resolve, pauseMs));
    restMs -= pauseMs;
  }
};

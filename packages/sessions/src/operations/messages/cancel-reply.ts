import type { ServiceContext } from "../../context.js";
import { goneError } from "../../model/ending.js";
import { SessionError } from "../../model/errors.js";
import { replyNotFound } from "../../model/reply.js";
import { awaitReplyState } from "../../replies/await-reply-state.js";
import type { InFlightReply } from "../../replies/in-flight-reply.js";
import { giveUp } from "../../replies/repeated-reply.js";
import type { Inputs, Outputs } from "../../schemas/index.js";
import { refuseGone } from "../sessions/gone.js";

/** How long the node that runs the reply may take. Without the bus it learns of the cancellation within 2 s. */
const cancelWithinMs = 5_000;

/**
 * Cancels one reply and leaves the session live. The store marks the reply, so that it can't be stored as finished even if
 * the node that runs it is not reached.
 * @throws SessionError `REPLY_NOT_FOUND` for a reply that is not in flight, `SESSION_NOT_FOUND`, `SESSION_EXPIRED`
 */
export const cancelReply = async (
  context: ServiceContext,
  { sessionId, messageId: given, partial }: Inputs["cancelReply"],
): Promise<Outputs["cancelReply"]> => {
  const { store, hub } = context;
  const cancelled = await store.cancelReply({ sessionId, messageId: given, partial });
  if (cancelled.outcome === "gone") throw refuseGone(context, sessionId, cancelled.gone);
  if (cancelled.outcome === "not_pending") throw replyNotFound(sessionId, given);
  const { messageId } = cancelled.reply;
  const message = `Reply ${messageId} cancelled`;
  const running = hub.reply(sessionId, messageId);
  hub.cancelReply(sessionId, messageId, partial);
  // Whoever waits for it gets `REPLY_CANCELLED`, so this call succeeds even if the session has ended since.
  if (running && (await failsAsCancelled(running))) return { success: true, message, stored: false };
  let { state } = await awaitReplyState(context, sessionId, messageId, cancelWithinMs);
  if (state === "pending" || state === "lapsed") {
    // No node runs it.
    if (await giveUp(context, sessionId, messageId)) throw replyNotFound(sessionId, given);
    state = (await store.readReply(sessionId, messageId)).state;
  }
  const stored = state === "stored";
  if (!stored) {
    const read = await store.readSession(sessionId);
    if (read.outcome === "gone") throw goneError(sessionId, read.gone);
  }
  return { success: true, message, stored };
};

const failsAsCancelled = ({ outcome }: InFlightReply): Promise<boolean> =>
  outcome.then(
    () => false,
    (error: unknown) => error instanceof SessionError && error.code === "REPLY_CANCELLED",
  );

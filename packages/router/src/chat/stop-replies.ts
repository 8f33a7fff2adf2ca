import type { PendingReply, SessionService, SubscriberSink } from "@adjourn/sessions";
import { toRefusal } from "../errors/refusal.js";

/**
 * Cancels every reply of a session that is in flight, on any node, and keeps the text so far.
 * @throws SessionError `SESSION_NOT_FOUND`, `SESSION_EXPIRED`
 */
export const stopReplies = async (sessions: SessionService, sessionId: string): Promise<void> => {
  const replies = await readInFlight(sessions, sessionId);
  await Promise.all(
    replies.map(({ messageId }) =>
      sessions.cancelReply({ sessionId, messageId, partial: "keep" }).catch(ignoreEnded),
    ),
  );
};

/** A reply that has ended in the meantime need not be cancelled. */
const ignoreEnded = (error: unknown): void => {
  if (toRefusal(error).code !== "REPLY_NOT_FOUND") throw error;
};

/** The first event of a subscription names the replies of all nodes. */
const readInFlight = async (
  sessions: SessionService,
  sessionId: string,
): Promise<readonly PendingReply[]> => {
  let replies: readonly PendingReply[] = [];
  const sink: SubscriberSink = {
    write: ({ event }) => {
      if (event.type === "session.started") replies = event.pendingReplies;
    },
    waitingBytes: 0,
    drained: async () => {},
    end: () => {},
    drop: () => {},
    destroy: () => {},
  };
  const subscription = await sessions.sessionEvents({ sessionId }, sink, "internal");
  subscription.leave();
  return replies;
};

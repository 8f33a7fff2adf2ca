import { withDeadline } from "../async/with-deadline.js";
import { SessionError } from "../model/errors.js";
import type { Ports } from "../ports/index.js";
import { limits } from "../schemas/index.js";

/** Longest wait for the other nodes' replies. After that the send continues without them. */
const presenceTimeoutMs = 100;

/**
 * Checks whether the nth reply of a session on this node may begin. The count of the other nodes is as fresh as presence,
 * so nodes that begin replies at the same moment can exceed the limit together.
 * @throws SessionError `RATE_LIMITED` beyond 100 replies in flight over all nodes
 */
export const requireReplySlot = async (
  { clock, presence }: Pick<Ports, "clock" | "presence">,
  sessionId: string,
  nth: number,
): Promise<void> => {
  const records = await withDeadline(clock, presenceTimeoutMs, presence.remote([sessionId]), null);
  const remote = records?.get(sessionId)?.replies.length ?? 0;
  if (remote + nth > limits.inFlightReplies) throw tooManyReplies(sessionId);
};

export const tooManyReplies = (sessionId: string): SessionError =>
  new SessionError("RATE_LIMITED", "Too many replies in flight in this session", {
    sessionId,
    limit: limits.inFlightReplies,
  });

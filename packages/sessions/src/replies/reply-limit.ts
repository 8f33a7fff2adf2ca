import { withDeadline } from "../async/with-deadline.js";
import { SessionError } from "../model/errors.js";
import type { Ports } from "../ports/index.js";
import { limits } from "../schemas/index.js";

/** How long a send waits to learn of the other nodes' replies; it goes on without them where presence is slow. */
const presenceTimeoutMs = 100;

/**
 * Whether the nth reply of a session on this node may begin. Its own replies a node knows exactly; those of the others
 * as fresh as presence is, so that nodes which begin some within the same moment may go beyond the limit together.
 * @throws SessionError `RATE_LIMITED` beyond 100 replies under way over all nodes
 */
export const requireReplySlot = async (
  { clock, presence }: Pick<Ports, "clock" | "presence">,
  sessionId: string,
  nth: number,
): Promise<void> => {
  let remote = 0;
  const read = presence.remote([sessionId]).then((records) => {
    remote = records.get(sessionId)?.replies.length ?? 0;
  });
  await withDeadline(clock, presenceTimeoutMs, read);
  if (remote + nth > limits.inFlightReplies) throw tooManyReplies(sessionId);
};

export const tooManyReplies = (sessionId: string): SessionError =>
  new SessionError("RATE_LIMITED", "Too many replies under way in this session", {
    sessionId,
    limit: limits.inFlightReplies,
  });

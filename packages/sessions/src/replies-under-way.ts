import { atMost } from "./at-most.js";
import { SessionError } from "./errors.js";
import type { Ports } from "./ports.js";
import { limits } from "./schemas.js";

/** How long a send waits to learn of the other nodes' replies; it goes on without them where presence is slow. */
const learnWithinMs = 100;

/**
 * Whether the nth reply of a session on this node may begin. Its own replies a node knows exactly; those of the others
 * as fresh as presence is, so that nodes which begin some within the same moment may go beyond the limit together.
 * @throws SessionError `RATE_LIMITED` beyond 100 replies under way over all nodes
 */
export const requireRoomForReply = async (
  { clock, presence }: Pick<Ports, "clock" | "presence">,
  sessionId: string,
  nth: number,
): Promise<void> => {
  let elsewhere = 0;
  const learnt = presence.elsewhere([sessionId]).then((held) => {
    elsewhere = held.get(sessionId)?.replies.length ?? 0;
  });
  await atMost(clock, learnWithinMs, learnt);
  if (elsewhere + nth > limits.repliesUnderWay) throw tooManyReplies(sessionId);
};

export const tooManyReplies = (sessionId: string): SessionError =>
  new SessionError("RATE_LIMITED", "Too many replies under way in this session", {
    sessionId,
    limit: limits.repliesUnderWay,
  });

import { confirmed } from "./confirm-subscription.js";
import type { Domain } from "./domain.js";
import { overError } from "./ending.js";
import { readLive } from "./get-session.js";
import type { Following } from "./sessions.js";

/**
 * For what is held for a session and hears nothing of it. Subscribes first and reads second, so that no end falls
 * between; what the bus loses the next reconciliation finds.
 * @throws SessionError `SESSION_NOT_FOUND`, `SESSION_EXPIRED`
 */
export const followEnd = async (
  domain: Domain,
  { sessionId }: { readonly sessionId: string },
  ended: () => void,
): Promise<Following> => {
  const entry = domain.hub.enter(sessionId);
  let isFollowing = false;
  const unfollow = entry.follow(() => {
    if (isFollowing) ended();
  });
  const leave = () => {
    isFollowing = false;
    unfollow();
    domain.hub.leaveIfEmpty(entry);
  };
  try {
    await confirmed(domain.clock, entry.subscription);
    await readLive(domain, sessionId);
    if (entry.ending) throw overError(sessionId, { state: "ended", ending: entry.ending });
    isFollowing = true;
    return { leave };
  } catch (cause) {
    leave();
    throw cause;
  }
};

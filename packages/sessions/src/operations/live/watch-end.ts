import type { ServiceContext } from "../../context.js";
import { goneError } from "../../model/ending.js";
import { confirmSubscription } from "../../realtime/confirm-subscription.js";
import type { EndWatch } from "../../session-service.js";
import { readLive } from "../sessions/get-session.js";

/**
 * Calls `ended` when the session ends, on whichever node. It subscribes to the bus before it reads the session, so that
 * no end is missed in between. An end that the bus loses is found by the next reconciliation.
 * @throws SessionError `SESSION_NOT_FOUND`, `SESSION_EXPIRED`
 */
export const watchEnd = async (
  context: ServiceContext,
  { sessionId }: { readonly sessionId: string },
  ended: () => void,
): Promise<EndWatch> => {
  const channel = context.hub.openChannel(sessionId);
  let isWatching = false;
  const stopWatching = channel.onEnd(() => {
    if (isWatching) ended();
  });
  const leave = () => {
    isWatching = false;
    stopWatching();
    context.hub.closeIfEmpty(channel);
  };
  try {
    await confirmSubscription(context.clock, channel.subscription);
    await readLive(context, sessionId);
    if (channel.ending) throw goneError(sessionId, { state: "ended", ending: channel.ending });
    isWatching = true;
    return { leave };
  } catch (cause) {
    leave();
    throw cause;
  }
};

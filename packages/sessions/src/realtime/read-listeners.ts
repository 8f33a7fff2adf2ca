import type { ServiceContext } from "../context.js";
import { validationError } from "../model/errors.js";
import { limits } from "../schemas/index.js";

/**
 * How many listeners each session that has any has, over all nodes; null beyond `limits.listenedSessions` sessions. While
 * the bus is down, those of this node.
 */
export const readListeners = async ({
  hub,
  presence,
}: Pick<ServiceContext, "hub" | "presence">): Promise<ReadonlyMap<string, number> | null> => {
  const remote = await presence.remoteListeners();
  if (!remote) return null;
  const all = hub.listeners();
  for (const [sessionId, listeners] of remote) all.set(sessionId, (all.get(sessionId) ?? 0) + listeners);
  return all.size > limits.listenedSessions ? null : all;
};

/** The ids of the sessions with listeners. @throws SessionError `VALIDATION_ERROR` where there are too many to filter by */
export const readListenedIds = async (
  context: Pick<ServiceContext, "hub" | "presence">,
): Promise<readonly string[]> => {
  const listeners = await readListeners(context);
  if (listeners) return [...listeners.keys()];
  const message = `more than ${limits.listenedSessions} sessions have listeners`;
  throw validationError({ path: "activity", message });
};

import type { ServiceContext } from "../context.js";
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

import type { ServiceContext } from "../../context.js";
import { partsOf } from "../../paging/parts-of.js";
import type { SessionFilter } from "../../ports/index.js";
import { readListeners } from "../../realtime/read-listeners.js";
import { limits } from "../../schemas/index.js";

/** What the end of the sessions that match now would cut, on all nodes. `listeners` is undefined beyond its bound. */
export const countCut = async (
  context: ServiceContext,
  filter: SessionFilter,
): Promise<{ readonly listeners: number | undefined; readonly replies: number }> => {
  const [listeners, replies] = await Promise.all([
    countListeners(context, filter),
    context.store.countPendingReplies(filter),
  ]);
  return { listeners, replies };
};

const countListeners = async (
  context: ServiceContext,
  filter: SessionFilter,
): Promise<number | undefined> => {
  const listeners = await readListeners(context);
  if (!listeners) return undefined;
  const named = filter.sessionIds && new Set(filter.sessionIds);
  const listened = [...listeners.keys()].filter((sessionId) => !named || named.has(sessionId));
  let total = 0;
  for (const sessionIds of partsOf(listened, limits.bulkSessionIds))
    for (const sessionId of await context.store.readMatchingIds({ ...filter, sessionIds }))
      total += listeners.get(sessionId) ?? 0;
  return total;
};

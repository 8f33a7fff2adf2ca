import type { ServiceContext } from "../../context.js";
import { inBatches } from "../../paging/in-batches.js";
import type { SessionFilter, SessionStore } from "../../ports/index.js";
import { readListeners } from "../../realtime/read-listeners.js";
import { limits } from "../../schemas/index.js";

/**
 * What the end of the sessions that match one of the filters would cut, on all nodes. `listeners` is undefined where more
 * sessions have listeners than are looked at.
 */
export const countCut = async (
  context: ServiceContext,
  filters: readonly SessionFilter[],
): Promise<{ readonly listeners: number | undefined; readonly replies: number }> => {
  const { store } = context;
  const bySession = await readListeners(context);
  let listeners = 0;
  let replies = 0;
  for (const filter of filters) {
    replies += await store.countPendingReplies(filter);
    if (bySession) listeners += await countListeners(store, filter, bySession);
  }
  return { listeners: bySession ? listeners : undefined, replies };
};

const countListeners = async (
  store: SessionStore,
  filter: SessionFilter,
  bySession: ReadonlyMap<string, number>,
): Promise<number> => {
  const named = filter.sessionIds && new Set(filter.sessionIds);
  const listened = [...bySession.keys()].filter((sessionId) => !named || named.has(sessionId));
  let listeners = 0;
  for (const sessionIds of inBatches(listened, limits.bulkSessionIds))
    for (const sessionId of await store.readMatchingIds({ ...filter, sessionIds }))
      listeners += bySession.get(sessionId) ?? 0;
  return listeners;
};

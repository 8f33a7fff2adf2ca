import type { ServiceContext } from "../context.js";
import type { Caller } from "../model/ending.js";
import type { Inputs, Outputs } from "../schemas/index.js";

/** Sessions ended in one transaction and released in one event-loop turn. Small enough that other requests are served between batches. */
const batchSize = 50;

/** Ends the sessions that match at the time of the call, in batches. Sessions created later are not ended. */
export const endSessions = async (
  context: ServiceContext,
  { agentId, userId, sessionIds, reason, dryRun }: Inputs["endSessions"],
  caller: Caller,
): Promise<Outputs["endSessions"]> => {
  const filter = { agentId, userId, sessionIds };
  const { total: matched, at: createdUntil } = await context.store.countMatching(filter);
  if (dryRun) return { ended: 0, matched };
  let ended = 0;
  for (;;) {
    const end = { reason: reason ?? null, caller, createdUntil, limit: batchSize };
    const endings = await context.store.endMatching(filter, end);
    if (endings.length === 0) break;
    for (const ending of endings) context.hub.end(ending);
    ended += endings.length;
  }
  return { ended, matched: Math.max(matched, ended) };
};

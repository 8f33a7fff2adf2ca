import type { ServiceContext } from "../../context.js";
import type { Caller } from "../../model/ending.js";
import type { PagePosition } from "../../ports/index.js";
import type { Inputs, Outputs } from "../../schemas/index.js";
import { countCut } from "./count-cut.js";

/** Sessions ended in one transaction and released in one event-loop turn. Small enough that other requests are served between batches. */
const batchSize = 50;

/** Ends the sessions that match at the time of the call, in batches. Sessions created later are not ended. */
export const endSessions = async (
  context: ServiceContext,
  { agentId, userId, sessionIds, olderThanMinutes, idleForMinutes, reason, dryRun }: Inputs["endSessions"],
  caller: Caller,
): Promise<Outputs["endSessions"]> => {
  const { store } = context;
  const minutesAgo = (minutes: number) => store.now() - minutes * 60_000;
  const olderThan = olderThanMinutes === undefined ? undefined : minutesAgo(olderThanMinutes);
  const idleSince = idleForMinutes === undefined ? undefined : minutesAgo(idleForMinutes);
  const named = { agentId, userId, sessionIds, idleSince };
  const { total: matched, at } = await store.countMatching({ ...named, createdUntil: olderThan });
  if (dryRun)
    return { ended: 0, matched, ...(await countCut(context, { ...named, createdUntil: olderThan })) };
  const filter = { ...named, createdUntil: olderThan ?? at };
  let ended = 0;
  let after: PagePosition | undefined;
  for (;;) {
    const end = { reason: reason ?? null, caller, limit: batchSize, after };
    const endings = await store.endMatching(filter, end);
    if (endings.length === 0) break;
    for (const ending of endings) context.hub.end(ending);
    ended += endings.length;
    const last = endings.at(-1);
    if (last) after = { time: last.createdAt, id: last.sessionId };
  }
  return { ended, matched: Math.max(matched, ended) };
};

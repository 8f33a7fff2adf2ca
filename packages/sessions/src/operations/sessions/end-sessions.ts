import type { ServiceContext } from "../../context.js";
import type { Caller } from "../../model/ending.js";
import { inBatches } from "../../paging/in-batches.js";
import type { BulkEnd, PagePosition, SessionFilter } from "../../ports/index.js";
import { endInTurns } from "../../realtime/end-in-turns.js";
import { readListenedIds } from "../../realtime/read-listeners.js";
import { type Inputs, limits, type Outputs } from "../../schemas/index.js";
import { countCut } from "./count-cut.js";

/** Sessions ended in one transaction. Small enough that other requests are served between batches. */
const batchSize = 100;

/**
 * Ends the sessions that match at the time of the call, in batches. Sessions created later are not ended. Whether a reply is
 * in flight is judged as each batch is ended.
 */
export const endSessions = async (
  context: ServiceContext,
  { reason, dryRun, countCut: countsCut, ...input }: Inputs["endSessions"],
  caller: Caller,
): Promise<Outputs["endSessions"]> => {
  const { store } = context;
  const filters = await toFilters(context, input);
  let matched = 0;
  let ended = 0;
  for (const filter of filters) {
    const { total, at } = await store.countMatching(filter);
    matched += total;
    if (dryRun) continue;
    const bounded = { ...filter, createdUntil: filter.createdUntil ?? at };
    ended += await endEach(context, bounded, { reason: reason ?? null, caller });
  }
  if (dryRun && countsCut) return { ended, matched, ...(await countCut(context, filters)) };
  return { ended, matched: Math.max(matched, ended) };
};

/** Named sessions are divided into as many filters as the store's limit requires. */
const toFilters = async (
  context: ServiceContext,
  {
    agentId,
    userId,
    sessionIds,
    olderThanMinutes,
    idleForMinutes,
    activity,
  }: Omit<Inputs["endSessions"], "reason" | "dryRun" | "countCut">,
): Promise<readonly SessionFilter[]> => {
  const minutesAgo = (minutes: number | undefined) =>
    minutes === undefined ? undefined : context.store.now() - minutes * 60_000;
  const filter = {
    agentId,
    userId,
    isReplying: activity === "replying" || undefined,
    createdUntil: minutesAgo(olderThanMinutes),
    idleSince: minutesAgo(idleForMinutes),
  };
  const named = activity === "listened" ? await namedAndListened(context, sessionIds) : sessionIds;
  if (!named) return [filter];
  return inBatches(named, limits.bulkSessionIds).map((batch) => ({ ...filter, sessionIds: batch }));
};

const namedAndListened = async (
  context: ServiceContext,
  sessionIds: readonly string[] | undefined,
): Promise<readonly string[]> => {
  const listened = await readListenedIds(context);
  const named = sessionIds && new Set(sessionIds);
  return named ? listened.filter((sessionId) => named.has(sessionId)) : listened;
};

/** @returns how many were ended */
const endEach = async (
  context: ServiceContext,
  filter: SessionFilter,
  by: Pick<BulkEnd, "reason" | "caller">,
): Promise<number> => {
  let ended = 0;
  let after: PagePosition | undefined;
  for (;;) {
    const endings = await context.store.endMatching(filter, { ...by, limit: batchSize, after });
    if (endings.length === 0) return ended;
    await endInTurns(context, endings);
    ended += endings.length;
    const last = endings.at(-1);
    if (last) after = { time: last.createdAt, id: last.sessionId };
  }
};

import type { AdjournClient } from "@adjourn/client";
import type { Lifetimes } from "./lifetimes";
import { walkBack } from "./walk-back";

/** The most that one call gives. */
const pageSize = 1_000;
/** More is too much to load into a page, which then says from when on it counts. */
const mostPages = 10;

/** Every session that was live at `until` (ms) or later. Later changes come from events. */
export const readLifetimes = async (
  api: AdjournClient["trpc"],
  until: number,
  signal: AbortSignal,
): Promise<Lifetimes> => {
  let active = 0;
  const readSessions = async (cursor: string | undefined) => {
    const page = await api.listSessions.query({ limit: pageSize, cursor }, { signal });
    if (cursor === undefined) active = page.stats.activeSessions;
    return { items: page.sessions, nextCursor: page.nextCursor };
  };
  const readEndings = async (cursor: string | undefined) => {
    const page = await api.listEndings.query({ limit: pageSize, cursor }, { signal });
    return { items: page.endings, nextCursor: page.nextCursor };
  };
  const [live, ended] = await Promise.all([
    walkBack(readSessions, ({ createdAt }) => Date.parse(createdAt), until, mostPages),
    walkBack(readEndings, ({ endedAt }) => Date.parse(endedAt), until, mostPages),
  ]);
  const gone = new Map(
    ended.items.map(({ sessionId, createdAt, endedAt, cause }) => [sessionId, { createdAt, endedAt, cause }]),
  );
  const begun = new Map(
    live.items
      .filter(({ sessionId }) => !gone.has(sessionId))
      .map(({ sessionId, createdAt }) => [sessionId, createdAt]),
  );
  return {
    begun,
    gone,
    older: Math.max(0, active - live.items.length),
    knownFrom: Math.max(live.knownFrom, ended.knownFrom),
  };
};

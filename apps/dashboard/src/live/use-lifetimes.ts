"use client";

import { useTRPCClient } from "@adjourn/client/react";
import { useQuery } from "@tanstack/react-query";
import { changeLifetimes, type Lifetimes } from "./lifetimes";
import { lifetimesKey } from "./list-keys";
import { useLiveState, useLiveStore } from "./live-context";
import { serverNow } from "./server-clock";
import { walkBack } from "./walk-back";

const dayMs = 86_400_000;
/** The most that one call gives. */
const pageSize = 1_000;
/** More is too much to load into a page, which then says from when on it counts. */
const mostPages = 10;

/** The start of the reader's day, ms. */
export const midnight = (now: number): number => new Date(now).setHours(0, 0, 0, 0);

/** Every session that was live in the last day, read once and kept up to date by events. */
export const useLifetimes = () => {
  const api = useTRPCClient();
  const store = useLiveStore();
  const isLive = useLiveState().connection === "live";
  return useQuery({
    queryKey: [lifetimesKey],
    queryFn: async ({ signal }): Promise<Lifetimes> => {
      const since = Date.now();
      const now = serverNow();
      const until = Math.min(midnight(now), now - dayMs);
      let active = 0;
      // What ends or begins meanwhile is told by events.
      const [live, ended] = await Promise.all([
        walkBack(
          async (cursor) => {
            const page = await api.listSessions.query({ limit: pageSize, cursor }, { signal });
            if (cursor === undefined) active = page.stats.activeSessions;
            return { items: page.sessions, nextCursor: page.nextCursor };
          },
          ({ createdAt }) => Date.parse(createdAt),
          until,
          mostPages,
        ),
        walkBack(
          async (cursor) => {
            const page = await api.listEndings.query({ limit: pageSize, cursor }, { signal });
            return { items: page.endings, nextCursor: page.nextCursor };
          },
          ({ endedAt }) => Date.parse(endedAt),
          until,
          mostPages,
        ),
      ]);
      const over = new Map(
        ended.items.map(({ sessionId, createdAt, endedAt, cause }) => [
          sessionId,
          { createdAt, endedAt, cause },
        ]),
      );
      const begun = new Map(
        live.items
          .filter(({ sessionId }) => !over.has(sessionId))
          .map(({ sessionId, createdAt }) => [sessionId, createdAt]),
      );
      const read: Lifetimes = {
        begun,
        over,
        older: Math.max(0, active - live.items.length),
        knownFrom: Math.max(live.knownFrom, ended.knownFrom),
      };
      return changeLifetimes(read, store.changesSince(since));
    },
    // Read anew seldom: it is much, and events tell what happens meanwhile.
    refetchInterval: isLive ? 300_000 : 15_000,
    staleTime: 30_000,
  });
};

"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useQuery } from "@tanstack/react-query";
import { lifetimesKey } from "../lists/list-keys";
import { useLiveState, useLiveStore } from "../live/live-context";
import { serverNow } from "../live/server-clock";
import { changeLifetimes, type Lifetimes } from "./lifetimes";
import { readLifetimes } from "./read-lifetimes";

const dayMs = 86_400_000;

/** The start of the reader's day, ms. */
export const midnight = (now: number): number => new Date(now).setHours(0, 0, 0, 0);

/** Every session that was live in the last day, loaded once and kept up to date by events. */
export const useLifetimes = () => {
  const api = useTRPCClient();
  const store = useLiveStore();
  const isLive = useLiveState().connection === "live";
  return useQuery({
    queryKey: [lifetimesKey],
    queryFn: async ({ signal }): Promise<Lifetimes> => {
      const since = Date.now();
      const now = serverNow();
      const read = await readLifetimes(api, Math.min(midnight(now), now - dayMs), signal);
      return changeLifetimes(read, store.changesSince(since));
    },
    // Refetched seldom: the answer is large, and events keep it up to date.
    refetchInterval: isLive ? 300_000 : 15_000,
    staleTime: 30_000,
  });
};

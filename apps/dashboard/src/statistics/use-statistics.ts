"use client";

import type { RouterOutputs } from "@adjourn/client";
import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { statisticsKey } from "../lists/list-keys";
import { useRefetchInterval } from "../live/live-context";
import { observeServerNow, serverNow } from "../live/server-clock";

export type Statistics = RouterOutputs["getStatistics"];

/** The API shares one answer among equal questions, so pages that are open at once should ask the same. */
const roundMs = 10_000;

/** The start of the reader's day, ms. */
const midnight = (now: number): number => new Date(now).setHours(0, 0, 0, 0);

const useStatistics = (name: string, fromOf: (now: number) => number, points: number) => {
  const api = useTRPCClient();
  return useQuery({
    queryKey: [statisticsKey, name],
    queryFn: async ({ signal }): Promise<Statistics> => {
      const from = new Date(fromOf(serverNow())).toISOString();
      const statistics = await api.getStatistics.query({ from, points }, { signal });
      observeServerNow(statistics.to);
      return statistics;
    },
    refetchInterval: useRefetchInterval(),
    placeholderData: keepPreviousData,
  });
};

/** Figures since midnight, refetched a moment after events. */
export const useStatisticsToday = () => useStatistics("today", midnight, 2);

/** Live sessions at 97 points of the last `rangeMs`, refetched a moment after events. */
export const useStatisticsOverTime = (rangeMs: number) =>
  useStatistics(`last ${rangeMs}`, (now) => Math.floor((now - rangeMs) / roundMs) * roundMs, 97);

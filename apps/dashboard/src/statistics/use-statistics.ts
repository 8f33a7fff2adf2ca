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

const dayMs = 24 * 3_600_000;
/** The API has no figures for a longer range. */
const longestMs = 92 * dayMs;

/** The start of the reader's day, ms. */
const midnight = (now: number): number => new Date(now).setHours(0, 0, 0, 0);

interface StatisticsInput {
  readonly name: string;
  readonly fromOf: (now: number) => number;
  /** Default: now. */
  readonly to?: string | undefined;
  readonly points: number;
  readonly isAsked?: boolean;
}

const useStatistics = ({ name, fromOf, to, points, isAsked = true }: StatisticsInput) => {
  const api = useTRPCClient();
  return useQuery({
    queryKey: [statisticsKey, name],
    queryFn: async ({ signal }): Promise<Statistics> => {
      const from = new Date(fromOf(serverNow())).toISOString();
      const statistics = await api.getStatistics.query({ from, to, points }, { signal });
      if (to === undefined) observeServerNow(statistics.to);
      return statistics;
    },
    refetchInterval: useRefetchInterval(),
    placeholderData: keepPreviousData,
    enabled: isAsked,
  });
};

/** Figures since midnight, refetched a moment after events. */
export const useStatisticsToday = () => useStatistics({ name: "today", fromOf: midnight, points: 2 });

/** Live sessions at 97 points of the last `rangeMs`, refetched a moment after events. */
export const useStatisticsOverTime = (rangeMs: number) =>
  useStatistics({
    name: `last ${rangeMs}`,
    fromOf: (now) => Math.floor((now - rangeMs) / roundMs) * roundMs,
    points: 97,
  });

/**
 * Figures between two ISO times. Without `from`, of so many days until `to`, or until now; whole days of the reader.
 * Null for a range that the API has no figures for, undefined until they are loaded.
 */
export const useStatisticsBetween = (
  from: string | undefined,
  to: string | undefined,
  days: number,
): Statistics | null | undefined => {
  const end = to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to);
  const fromOf = (now: number) => {
    if (from !== undefined) return Date.parse(from);
    return end < now ? midnight(end) - days * dayMs : midnight(now) - (days - 1) * dayMs;
  };
  const now = serverNow();
  const lengthMs = Math.min(end, now) - fromOf(now);
  const isAsked = lengthMs > 0 && lengthMs <= longestMs;
  const { data, isPlaceholderData } = useStatistics({
    name: `from ${from} to ${to}`,
    fromOf,
    to: end < now ? to : undefined,
    points: 2,
    isAsked,
  });
  if (!isAsked) return null;
  return isPlaceholderData ? undefined : data;
};

"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { deliveriesKey } from "../lists/list-keys";
import type { Delivery } from "../lists/records";
import { useRefetchInterval } from "../live/live-context";
import { serverNow } from "../live/server-clock";

const pageSize = 100;
/** How often the list is read while an attempt is due, and how near its time has to be. */
const dueRefetchMs = 1_000;
const dueWithinMs = 10_000;

export interface DeliveryFilter {
  readonly endpoint: string | undefined;
  readonly status: Delivery["status"] | undefined;
  readonly sessionId: string | undefined;
}

/** Webhook deliveries, newest first. No event tells of them, so the list is read again at intervals. */
export const useDeliveryList = (filter: DeliveryFilter) => {
  const api = useTRPCClient();
  const usualRefetchMs = useRefetchInterval();
  const query = useInfiniteQuery({
    queryKey: [deliveriesKey, filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) =>
      api.listWebhookDeliveries.query({ ...filter, limit: pageSize, cursor }, { signal }),
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some(({ deliveries }) => deliveries.some(isDue)) ? dueRefetchMs : usualRefetchMs,
    refetchOnMount: "always",
  });
  const deliveries = useMemo(
    () => [
      ...new Map(
        (query.data?.pages ?? []).flatMap((page) => page.deliveries).map((one) => [one.id, one]),
      ).values(),
    ],
    [query.data],
  );
  return { deliveries, query };
};

const isDue = ({ nextAttemptAt }: Delivery): boolean =>
  nextAttemptAt !== null && Math.abs(Date.parse(nextAttemptAt) - serverNow()) < dueWithinMs;

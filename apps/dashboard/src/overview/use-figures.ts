"use client";

import { useTRPCClient } from "@adjourn/client/tanstack-query";
import { useQuery } from "@tanstack/react-query";
import { useLiveState, useRefetchInterval } from "../live/live-context";

/** How many sessions are live and how many of them near their end, by the API's own count; undefined until the first answer. */
export const useFigures = () => {
  const api = useTRPCClient();
  const { totals, lostSince } = useLiveState();
  const query = useQuery({
    queryKey: ["health"],
    queryFn: ({ signal }) => api.getSessionsHealth.query(undefined, { signal }),
    refetchInterval: useRefetchInterval(),
  });
  // While the connection is live its totals are the newest; while it is lost, the polled answer is.
  const isAskedSince = lostSince !== null && query.dataUpdatedAt > lostSince;
  return totals && !isAskedSince ? totals : query.data;
};

"use client";

import { useTRPCClient } from "@adjourn/client/react";
import { useQuery } from "@tanstack/react-query";
import { useLiveState, useRefetchInterval } from "../live/live-context";

/** How many sessions are live and how many of them near their end, by the API's own count; undefined until it told. */
export const useFigures = () => {
  const api = useTRPCClient();
  const { totals, lostSince } = useLiveState();
  const query = useQuery({
    queryKey: ["health"],
    queryFn: ({ signal }) => api.getSessionsHealth.query(undefined, { signal }),
    refetchInterval: useRefetchInterval(),
  });
  // The live connection tells first; while it is lost, whatever was asked since then is newer.
  const isAskedSince = lostSince !== null && query.dataUpdatedAt > lostSince;
  return totals && !isAskedSince ? totals : query.data;
};
